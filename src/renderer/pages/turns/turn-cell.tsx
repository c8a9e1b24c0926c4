import { ArrowRight, Eye } from 'lucide-react';
import i18next from 'i18next';
import type { ReactNode } from 'react';
import type { Turn } from '../../../shared/turn.ts';
import { Chip } from '../../components/chip.tsx';
import { classNames } from '../../components/class-names.ts';
import { TierChip } from '../../components/tier-chip.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { dayOf, duration, fullCount, shortCount, timeOfDay } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';
import { tiersOf } from '../../words/tier-word.ts';
import { modelOf, resultOf, spansOf, verdictWord } from '../../words/turn-word.ts';
import type { ColumnId } from './turn-columns.ts';

// Hundreds of cells come and go in a second of scrolling: a hook in each would be felt. A new language draws everything anew.
const t = i18next.getFixedT(null, 'turns');

/** What one column shows of a turn. */
export function TurnCell({
  id,
  turn,
  sandbox,
}: {
  readonly id: ColumnId;
  readonly turn: Turn;
  readonly sandbox: boolean;
}) {
  switch (id) {
    case 'time':
      return <Time turn={turn} />;
    case 'tool':
      return <Tool turn={turn} sandbox={sandbox} />;
    case 'account':
      return <Account turn={turn} />;
    case 'model':
      return <Model turn={turn} />;
    case 'tiers':
      return <Tiers turn={turn} />;
    case 'verdict':
      return <Verdict turn={turn} />;
    case 'tokens':
      return <Tokens turn={turn} />;
    case 'cost':
      return <Cost turn={turn} />;
    case 'saved':
      return turn.saved === null ? null : moneyOf(turn.saved);
    case 'result':
      return <Result turn={turn} />;
    case 'duration':
      return <Spans turn={turn} />;
  }
}

function Lines({ first, second }: { readonly first: ReactNode; readonly second?: ReactNode }) {
  return (
    <span className="block">
      <span className="block h-5 truncate leading-5">{first}</span>
      <span className="block h-4 truncate text-xs leading-4 text-ink-faint">{second}</span>
    </span>
  );
}

function Time({ turn: { startedAt } }: { readonly turn: Turn }) {
  return (
    <time dateTime={new Date(startedAt).toISOString()} className="tabular-nums">
      <Lines first={timeOfDay(startedAt)} second={dayOf(startedAt)} />
    </time>
  );
}

function Tool({ turn, sandbox }: { readonly turn: Turn; readonly sandbox: boolean }) {
  return (
    <Lines
      first={<span title={turn.tool}>{turn.tool}</span>}
      second={
        sandbox ? (
          <Chip tone="accent" className="h-4 align-top">
            {t('sandbox')}
          </Chip>
        ) : (
          (turn.account ?? <Unknown why={t('noAccount')} />)
        )
      }
    />
  );
}

function Account({ turn: { account, keyFingerprint } }: { readonly turn: Turn }) {
  return (
    <Lines
      first={account ?? <Unknown why={t('noAccount')} />}
      second={keyFingerprint !== null && <span className="font-mono">{keyFingerprint}</span>}
    />
  );
}

function Model({ turn }: { readonly turn: Turn }) {
  const { name, note } = modelOf(turn);
  return (
    <Lines
      first={name === null ? <Unknown why={t('modelUnknown')} /> : <span title={name}>{name}</span>}
      second={
        <span title={note ?? undefined}>
          {note ?? `${turn.dialect}${turn.transport === 'websocket' ? ' · websocket' : ''}`}
        </span>
      }
    />
  );
}

function Tiers({ turn }: { readonly turn: Turn }) {
  const { requested, sent, served, billed } = tiersOf(turn);
  const arrow = <ArrowRight aria-hidden="true" className="size-3 shrink-0 text-ink-faint" />;
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-center gap-1">
        <TierChip role="requested" figure={requested} />
        {arrow}
        <TierChip role="sent" figure={sent} />
        {arrow}
        <TierChip role="served" figure={served} />
      </div>
      {billed !== null && (
        <div className="flex items-center gap-1.5 text-2xs text-ink-faint">
          <span aria-hidden="true">{t('billed')}</span>
          <TierChip role="billed" figure={billed} />
        </div>
      )}
    </div>
  );
}

function Verdict({ turn: { verdict, rule, observed } }: { readonly turn: Turn }) {
  if (verdict === null) return <Lines first={<Unknown why={t('notJudgedWhy')} />} second={t('notJudged')} />;
  const would = observed
    .map(({ rule: id, action }) => t('wouldHave', { rule: id, verdict: verdictWord(action) }))
    .join(', ');
  return (
    <Lines
      first={<VerdictMark verdict={verdict} />}
      second={
        <span className="inline-flex max-w-full items-center gap-1 align-top">
          <span className="truncate" title={rule ?? t('noRuleWhy')}>
            {rule ?? t('noRule')}
          </span>
          {would !== '' && (
            <span title={would} className="text-accent">
              <Eye aria-hidden="true" className="size-3" />
              <span className="sr-only">{would}</span>
            </span>
          )}
        </span>
      }
    />
  );
}

function Tokens({ turn }: { readonly turn: Turn }) {
  const { input, cached, output } = turn.tokens;
  if (input === null && cached === null && output === null) return <Unknown why={t('tokensUnknown')} />;
  return (
    <Lines
      first={
        <>
          <Count name={t('parts.input')} count={input} /> <span className="text-ink-faint">/</span>{' '}
          <Count name={t('parts.output')} count={output} />
        </>
      }
      second={cached === null || cached === 0 ? null : t('cachedOf', { tokens: shortCount(cached) })}
    />
  );
}

function Count({ name, count }: { readonly name: string; readonly count: number | null }) {
  if (count === null) return <Unknown why={t('countUnknown', { name })} />;
  return (
    <span title={`${name}: ${fullCount(count)}`}>
      <span className="sr-only">{name} </span>
      {shortCount(count)}
    </span>
  );
}

function Cost({ turn: { cost, costBasis, saved } }: { readonly turn: Turn }) {
  // A price that is not known stays blank.
  if (cost.total === null) return null;
  return (
    <Lines
      first={<span title={costBasis === 'credits' ? t('creditsWhy') : undefined}>{moneyOf(cost.total)}</span>}
      second={
        costBasis === 'credits' ? (
          t('credits')
        ) : saved !== null && saved > 0 ? (
          <span className="text-good">{t('savedOf', { money: moneyOf(saved) })}</span>
        ) : null
      }
    />
  );
}

const RESULT_LOOKS = { good: 'text-good', warn: 'text-warn', bad: 'text-bad' } as const;

function Result({ turn }: { readonly turn: Turn }) {
  const { tone, status, error, help } = resultOf(turn);
  return (
    <Lines
      first={
        <span className="inline-flex items-center gap-1.5 align-top">
          <span className={classNames('tabular-nums', RESULT_LOOKS[tone])}>
            {status ?? <Unknown why={t('noStatus')} />}
          </span>
          {turn.partial && (
            <Chip tone="warn" title={t('partialWhy')}>
              {t('partial')}
            </Chip>
          )}
        </span>
      }
      second={error !== null && <span title={help === null ? error : `${error}: ${help}`}>{error}</span>}
    />
  );
}

function Spans({ turn }: { readonly turn: Turn }) {
  const { first, whole } = spansOf(turn);
  return (
    <Lines
      first={duration(whole)}
      second={first === null ? <Unknown why={t('firstUnknown')} /> : t('firstAfter', { time: duration(first) })}
    />
  );
}
