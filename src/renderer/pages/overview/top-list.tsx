import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { SourceMark } from '../../components/figure.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { shortCount } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';
import { type Range, timesOf } from '../../words/span-word.ts';

const SHOWN = 6;

/** The tools or models that cost the most, or where no price is known, were used the most. */
export function TopList({ by, range }: { readonly by: 'tool' | 'model'; readonly range: Range }) {
  const { t } = useTranslation('overview');
  const from = timesOf(range, useMinute())[0] ?? 0;
  const answer = useAnswer('bill.sums', { filter: { from }, by: [by] }, { keep: true });
  const groups = [...(answer.data?.groups ?? [])]
    .map(({ key, sums }) => ({ name: key[0] ?? null, sums, cost: BigInt(sums.cost) }))
    .sort((a, b) => (a.cost === b.cost ? b.sums.turns - a.sums.turns : a.cost < b.cost ? 1 : -1))
    .slice(0, SHOWN);
  // The bars show what the list is sorted by.
  const weights = groups.map(({ cost, sums }) => (groups[0]?.cost === 0n ? sums.turns : Number(cost)));
  const most = Math.max(1, ...weights);
  const rows = groups.map((group, index) => ({ ...group, share: (weights[index] ?? 0) / most }));
  const list = by === 'tool' ? 'tools' : 'models';
  return (
    <Panel title={t(`top.${by}`)} actions={<SourceMark source="estimated" />}>
      {answer.error !== null && answer.data === undefined ? (
        <div className="p-4">
          <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
        </div>
      ) : answer.data === undefined ? (
        <Skeleton label={t(`top.${by}`)} rows={3} />
      ) : rows.length === 0 ? (
        <p className="p-4 text-ink-faint">{t('nothingYet')}</p>
      ) : (
        <ul className="py-1">
          {rows.map(({ name, sums, share }) => (
            <li key={name ?? ''} className="relative px-2">
              <a
                href={hrefOf('turns', null, name === null ? {} : { [list]: name })}
                className="relative grid h-8 grid-cols-[minmax(0,1fr)_4.5rem_5.5rem] items-center gap-2 rounded-md px-2 hover:bg-hover"
              >
                <span
                  aria-hidden="true"
                  className="absolute inset-y-1 left-0 rounded-sm bg-accent-wash"
                  style={{ width: `${share * 100}%` }}
                />
                <span className="relative truncate font-medium">{name ?? <Unknown />}</span>
                <span className="relative text-right text-xs text-ink-soft tabular-nums">
                  {t('turnsShort', { count: sums.turns, turns: shortCount(sums.turns) })}
                </span>
                <span className="relative text-right tabular-nums">
                  {sums.unpriced === sums.turns ? '' : moneyOf(sums.cost)}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
