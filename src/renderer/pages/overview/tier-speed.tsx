import { useTranslation } from 'react-i18next';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { SourceMark } from '../../components/figure.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { type TierSpeed, tierSpeeds } from '../../tier-speeds.ts';
import { duration, fullCount, oneDigit } from '../../words/figure.ts';
import { type Range, timesOf } from '../../words/span-word.ts';
import { tierNameOf } from '../../words/tier-word.ts';

const MODELS = 4;

/** Whether a dearer tier was faster: the same model at its tiers, side by side. */
export function TierSpeedList({ range }: { readonly range: Range }) {
  const { t } = useTranslation('overview');
  const from = timesOf(range, useMinute())[0] ?? 0;
  const answer = useAnswer('bill.sums', { filter: { from }, by: ['model', 'tier'] }, { keep: true });
  const rows = tierSpeeds(answer.data?.groups ?? [], MODELS);
  const columns: Column<TierSpeed>[] = [
    {
      id: 'model',
      title: t('speed.model'),
      head: true,
      cell: ({ model, first }) => (
        <span className={first ? 'font-medium' : 'sr-only'} title={model}>
          {model}
        </span>
      ),
    },
    { id: 'tier', title: t('speed.tier'), cell: ({ tier }) => tierNameOf(tier) },
    { id: 'turns', title: t('byTurns'), numeric: true, cell: ({ turns }) => fullCount(turns) },
    {
      id: 'first',
      title: t('speed.firstToken'),
      numeric: true,
      cell: ({ firstTokenMs }) => (firstTokenMs === null ? null : duration(firstTokenMs)),
    },
    { id: 'rate', title: t('speed.rate'), numeric: true, cell: ({ tokensPerSecond }) => oneDigit(tokensPerSecond) },
    {
      id: 'times',
      title: t('speed.times'),
      numeric: true,
      cell: ({ times }) => (times === null ? null : `× ${oneDigit(times)}`),
    },
  ];
  return (
    <Panel title={t('speed.title')} actions={<SourceMark source="measured" />} className="overflow-hidden">
      {answer.error !== null && answer.data === undefined ? (
        <div className="p-4">
          <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
        </div>
      ) : answer.data === undefined ? (
        <Skeleton label={t('speed.title')} rows={2} />
      ) : rows.length === 0 ? (
        <p className="p-4 text-ink-faint">{t('speed.nothing')}</p>
      ) : (
        <Table label={t('speed.list')} columns={columns} rows={rows} keyOf={({ model, tier }) => `${model}|${tier}`} />
      )}
    </Panel>
  );
}
