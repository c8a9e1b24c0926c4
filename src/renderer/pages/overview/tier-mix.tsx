import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMinute } from '../../clock.ts';
import { useAnswer } from '../../call.ts';
import { Chart, type ChartSeries } from '../../components/chart.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { SourceMark } from '../../components/figure.tsx';
import { Panel } from '../../components/panel.tsx';
import { Segments } from '../../components/segments.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { dayOf, fullCount, hourOf } from '../../words/figure.ts';
import { dollarsOf, moneyOf } from '../../words/money-word.ts';
import { type Range, timesOf } from '../../words/span-word.ts';
import { tierNameOf } from '../../words/tier-word.ts';

/** The tiers' colours, from the cheapest at the foot to the dearest. */
const COLOURS: Readonly<Record<string, string>> = {
  flex: 'mix-flex',
  default: 'mix-default',
  auto: 'auto',
  scale: 'scale',
  priority: 'mix-priority',
  ultrafast: 'mix-ultrafast',
};

type Measure = 'turns' | 'cost';

/** Which tiers were billed over time. */
export function TierMix({ range }: { readonly range: Range }) {
  const { t } = useTranslation('overview');
  const [measure, setMeasure] = useState<Measure>('turns');
  const now = useMinute();
  const first = timesOf(range, now)[0] ?? 0;
  const times = useMemo(() => timesOf(range, Math.max(now, first)), [range, first, now]);
  const by = range === 'day' ? 'hour' : 'day';
  const answer = useAnswer(
    'bill.sums',
    { filter: { from: first }, by: [by, 'tier'], zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
    { keep: true },
  );
  const groups = answer.data?.groups;
  const series = useMemo((): readonly ChartSeries[] => {
    if (groups === undefined) return [];
    const present = new Set(groups.map(({ key }) => key[1] ?? null));
    const order = [
      ...Object.keys(COLOURS),
      ...[...present].filter((tier) => tier !== null && !(tier in COLOURS)),
      null,
    ];
    return order
      .filter((tier) => present.has(tier))
      .map((tier) => {
        const cells = new Map(
          groups
            .filter(({ key }) => (key[1] ?? null) === tier)
            .map(({ key, sums }) => [key[0], measure === 'turns' ? sums.turns : dollarsOf(sums.cost)]),
        );
        return {
          id: tier ?? 'unknown',
          name: tier === null ? t('tierUnknown') : tierNameOf(tier),
          colour: tier === null ? 'line-control' : (COLOURS[tier] ?? 'plain'),
          values: times.map((time) => cells.get(String(time)) ?? 0),
        };
      });
  }, [groups, measure, t, times]);

  return (
    <Panel
      title={t('mix')}
      actions={
        <div className="flex items-center gap-3">
          <SourceMark source={measure === 'turns' ? 'measured' : 'estimated'} />
          <Segments
            label={t('measure')}
            value={measure}
            options={[
              { value: 'turns', name: t('byTurns') },
              { value: 'cost', name: t('byCost') },
            ]}
            onChange={setMeasure}
          />
        </div>
      }
    >
      <div className="px-4 py-3">
        {answer.error !== null && answer.data === undefined ? (
          <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
        ) : answer.data === undefined ? (
          <Skeleton label={t('readingMix')} rows={5} />
        ) : series.length === 0 ? (
          <p className="grid h-24 place-items-center text-ink-faint">{t('nothingYet')}</p>
        ) : (
          <Chart
            label={t('mix')}
            times={times}
            timeName={t(range === 'day' ? 'hour' : 'day')}
            timeWord={range === 'day' ? hourOf : dayOf}
            valueWord={measure === 'turns' ? fullCount : moneyWord}
            whole={measure === 'turns'}
            series={series}
          />
        )}
      </div>
    </Panel>
  );
}

function moneyWord(dollars: number): string {
  return moneyOf(BigInt(Math.round(dollars * 1e12)));
}
