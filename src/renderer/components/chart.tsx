import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type uPlot from 'uplot';
import { useDark } from '../appearance.ts';
import { colourOf } from './colour.ts';
import { Table } from './table.tsx';
import { Tabs } from './tabs.tsx';

/** One kind of thing that is counted over time. */
export interface ChartSeries {
  readonly id: string;
  readonly name: string;
  /** The token of its colour. */
  readonly colour: string;
  /** One value a time. */
  readonly values: readonly number[];
}

const HEIGHT = 208;

/** Bars over time, one kind on top of the other, and the same figures as a table. */
export function Chart({
  label,
  times,
  timeName,
  timeWord,
  valueWord,
  whole = false,
  series,
}: {
  readonly label: string;
  /** Milliseconds since the epoch, oldest first; the bars stand at equal distances. */
  readonly times: readonly number[];
  readonly timeName: string;
  readonly timeWord: (time: number) => string;
  readonly valueWord: (value: number) => string;
  /** True for what is counted, of which there is no half. */
  readonly whole?: boolean;
  readonly series: readonly ChartSeries[];
}) {
  const { t } = useTranslation();
  return (
    <Tabs
      label={label}
      tabs={[
        {
          id: 'chart',
          name: t('chart'),
          content: (
            <>
              <Bars
                label={label}
                times={times}
                timeWord={timeWord}
                valueWord={valueWord}
                whole={whole}
                series={series}
              />
              <Legend series={series} />
            </>
          ),
        },
        {
          id: 'table',
          name: t('table'),
          content: (
            <div className="relative max-h-56 overflow-y-auto" tabIndex={0} role="region" aria-label={t('table')}>
              <Table
                label={label}
                rows={times.map((_, index) => index).reverse()}
                keyOf={String}
                columns={[
                  { id: 'time', title: timeName, head: true, cell: (index) => timeWord(times[index] ?? 0) },
                  ...series.map(({ id, name, values }) => ({
                    id,
                    title: name,
                    numeric: true,
                    cell: (index: number) => valueWord(values[index] ?? 0),
                  })),
                ]}
              />
            </div>
          ),
        },
      ]}
    />
  );
}

function Legend({ series }: { readonly series: readonly ChartSeries[] }) {
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">
      {series.map(({ id, name, colour }) => (
        <li key={id} className="inline-flex items-center gap-1.5">
          <span
            aria-hidden="true"
            className="size-2 rounded-xs"
            style={{ backgroundColor: `var(--color-${colour})` }}
          />
          {name}
        </li>
      ))}
    </ul>
  );
}

type Drawn = Required<
  Pick<Parameters<typeof Chart>[0], 'label' | 'times' | 'timeWord' | 'valueWord' | 'whole' | 'series'>
>;

/** Steps between two marks where there is nothing between two whole numbers. */
const WHOLE_STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

function Bars({ label, times, timeWord, valueWord, whole, series }: Drawn) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const dark = useDark();
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    let chart: uPlot | null = null;
    let gone = false;
    const observer = new ResizeObserver(() => {
      chart?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    // Read when it is needed; where the system's language has a name that the library cannot read, it does not load at all.
    import('uplot').then(
      ({ default: Plot }) => {
        if (gone) return;
        chart = draw(Plot, element, { label, times, timeWord, valueWord, whole, series });
        observer.observe(element);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      observer.disconnect();
      chart?.destroy();
    };
  }, [dark, label, series, times, timeWord, valueWord, whole]);
  return (
    <div ref={place} role="img" aria-label={label} className="min-w-0 overflow-hidden" style={{ height: HEIGHT }}>
      {failed && <p className="grid h-full place-items-center text-ink-faint">{t('chartFailed')}</p>}
    </div>
  );
}

function draw(Plot: typeof uPlot, element: HTMLElement, { times, timeWord, valueWord, whole, series }: Drawn): uPlot {
  const layers = stacked(series);
  const axis = {
    stroke: colourOf('ink-faint'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ticks: { show: false },
  };
  return new Plot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 24, 0, 0],
      scales: {
        x: { time: false, range: [-0.6, times.length - 0.4] },
        y: { range: (_chart, _least, most) => [0, most > 0 ? most * 1.08 : 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          splits: everySoMany(times.length),
          values: (_chart, marks) => marks.map((mark) => timeWord(times[mark] ?? 0)),
        },
        {
          ...axis,
          grid: { stroke: colourOf('line'), width: 1 },
          size: 52,
          space: 36,
          ...(whole ? { incrs: WHOLE_STEPS } : {}),
          values: (_chart, marks) => marks.map(valueWord),
        },
      ],
      series: [
        {},
        ...layers.map(({ colour }) => ({
          fill: colourOf(colour),
          width: 0,
          points: { show: false },
          paths: Plot.paths.bars?.({ size: [0.7, 36] }) ?? (() => null),
        })),
      ],
    },
    [times.map((_, index) => index), ...layers.map(({ values }) => [...values])],
    element,
  );
}

/** The series as heights above the ground, the tallest first, so that each covers the foot of the one before. */
function stacked(series: readonly ChartSeries[]): readonly ChartSeries[] {
  const heights: number[] = [];
  return series
    .map((each) => ({
      ...each,
      values: each.values.map((value, index) => (heights[index] = (heights[index] ?? 0) + value)),
    }))
    .reverse();
}

/** Marks at whole steps, as many as have room, the last one included. */
function everySoMany(count: number): uPlot.Axis.Splits {
  return (chart) => {
    const room = Math.max(1, Math.floor(chart.width / 84));
    const every = Math.max(1, Math.ceil(count / room));
    return Array.from({ length: count }, (_, index) => index).filter((index) => (count - 1 - index) % every === 0);
  };
}
