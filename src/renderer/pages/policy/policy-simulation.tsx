import { Play } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/control.ts';
import type { Action, Policy } from '../../../shared/policy.ts';
import { hrefOf } from '../../address.ts';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { Table } from '../../components/table.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { fullCount, momentOf } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';
import { verdictWord } from '../../words/turn-word.ts';

const RANGES = ['1', '7', '30', '90'] as const;
const DAY = 86_400_000;

/** Judges recorded turns again under a policy that is not saved yet. */
export function PolicySimulation({ policy }: { readonly policy: Policy }) {
  const { t } = useTranslation('policy');
  const [days, setDays] = useState<(typeof RANGES)[number]>('7');
  const simulate = useCommand('policy.simulate');
  const document = JSON.stringify(policy);
  const [simulated, setSimulated] = useState(document);
  const run = (): void => {
    const until = Date.now();
    setSimulated(document);
    simulate.mutate({ policy, from: until - Number(days) * DAY, until });
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-end gap-2">
        <SelectField
          label={t('simulation.range')}
          value={days}
          options={RANGES.map((value) => ({ value, name: t('simulation.days', { count: Number(value) }) }))}
          className="w-44"
          onChange={setDays}
        />
        <Button className="h-8" busy={simulate.isPending} onClick={run}>
          <Play aria-hidden="true" className="size-3.5" />
          {simulate.isPending ? t('simulation.running') : t('simulation.run')}
        </Button>
      </div>
      <div aria-live="polite" className="flex flex-col gap-3">
        {simulate.error !== null && <ErrorState error={simulate.error} onRetry={run} />}
        {simulate.data === undefined ? (
          simulate.error === null && <p className="text-ink-soft">{t('simulation.idle')}</p>
        ) : (
          <>
            {simulated !== document && <p className="text-warn">{t('simulation.stale')}</p>}
            <Outcome outcome={simulate.data} />
          </>
        )}
      </div>
    </div>
  );
}

type Simulated = CallOutput<'policy.simulate'>;

function word(action: Action | null, fresh: string): string {
  return action === null ? fresh : verdictWord(action);
}

function Outcome({ outcome }: { readonly outcome: Simulated }) {
  const { t } = useTranslation('policy');
  const { turns, changed, difference, unpriced, moves, examples } = outcome;
  if (turns === 0) return <p className="text-ink-soft">{t('simulation.none')}</p>;
  const amount = BigInt(difference);
  const money = moneyOf(amount < 0n ? -amount : amount);
  return (
    <>
      <p className="text-base" data-changed={changed}>
        {t('simulation.changed', { changed: fullCount(changed), turns: fullCount(turns) })}{' '}
        {changed > 0 &&
          (amount === 0n
            ? t('simulation.same')
            : amount < 0n
              ? t('simulation.cheaper', { money })
              : t('simulation.dearer', { money }))}
        {unpriced > 0 && <span className="text-ink-soft"> {t('simulation.unpriced', { count: unpriced })}</span>}
      </p>
      {moves.length > 0 && (
        <Table
          label={t('simulation.moves')}
          rows={moves}
          keyOf={({ before, after }) => `${before ?? ''} ${after}`}
          columns={[
            {
              id: 'before',
              title: t('simulation.before'),
              head: true,
              cell: ({ before }) => word(before, t('unjudged')),
            },
            { id: 'after', title: t('simulation.after'), cell: ({ after }) => verdictWord(after) },
            { id: 'turns', title: t('simulation.turns'), numeric: true, cell: (move) => fullCount(move.turns) },
            {
              id: 'money',
              title: t('simulation.money'),
              numeric: true,
              cell: (move) => (move.difference === null ? <Unknown /> : moneyOf(move.difference)),
            },
          ]}
        />
      )}
      {examples.length > 0 && (
        <details>
          <summary className="text-ink-soft">{t('simulation.examples', { count: examples.length })}</summary>
          <Table<Simulated['examples'][number]>
            label={t('simulation.examples', { count: examples.length })}
            rows={examples}
            keyOf={({ id }) => id}
            columns={[
              {
                id: 'time',
                title: t('simulation.time'),
                head: true,
                cell: ({ id, startedAt }) => (
                  <a className="whitespace-nowrap text-accent hover:underline" href={hrefOf('turns', id)}>
                    {momentOf(startedAt)}
                  </a>
                ),
              },
              { id: 'tool', title: t('trial.tool'), cell: ({ tool }) => tool },
              { id: 'model', title: t('trial.model'), cell: ({ model }) => model ?? <Unknown /> },
              {
                id: 'move',
                title: t('simulation.verdict'),
                cell: ({ before, after }) => `${word(before, t('unjudged'))} → ${verdictWord(after)}`,
              },
              {
                id: 'money',
                title: t('simulation.money'),
                numeric: true,
                cell: (turn) => (turn.difference === null ? <Unknown /> : moneyOf(turn.difference)),
              },
            ]}
          />
        </details>
      )}
    </>
  );
}
