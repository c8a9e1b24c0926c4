import { presentTime } from '../../clock.ts';
import { Columns3 } from 'lucide-react';
import { memo, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Menu, MenuChoice } from '../../components/menu.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useFilteredTurns, useStatus } from '../../gateway-state.ts';
import { navigate, useRoute } from '../../route.ts';
import { type FilterQuery, filterOf } from '../../turn-filter.ts';
import { fullCount } from '../../words/figure.ts';
import { FirstTurn } from '../first-run/first-turn.tsx';
import { ExportMenu } from './export-menu.tsx';
import { COLUMNS, useColumns } from './turn-columns.ts';
import { TurnDetail } from './turn-detail.tsx';
import { TurnFilters } from './turn-filters.tsx';
import { TurnTable } from './turn-table.tsx';

/** The live list of turns, narrowed as one likes, and one of them in detail. */
export function TurnsPage() {
  const { t } = useTranslation('turns');
  const { id: open, query } = useRoute();
  const asked = JSON.stringify(query);
  // A distance from now becomes a time once, when it is chosen: the list must not begin anew with every second.
  const [begin, setBegin] = useState(() => ({ asked, now: presentTime() }));
  if (begin.asked !== asked) setBegin({ asked, now: presentTime() });
  const filter = useMemo(() => filterOf(JSON.parse(asked) as FilterQuery, begin.now), [asked, begin.now]);
  const { list, ...feed } = useFilteredTurns(filter);
  const [columns, choose] = useColumns();
  const narrowed = Object.keys(filter).length > 0;

  const go = useCallback(
    (id: string | null): void => {
      navigate(hrefOf('turns', id, JSON.parse(asked) as FilterQuery), { replace: id !== null && open !== null });
    },
    [asked, open],
  );
  const narrow = useCallback((next: FilterQuery) => navigate(hrefOf('turns', open, next), { replace: true }), [open]);
  const openTurn = useCallback((turn: Turn) => go(turn.id), [go]);

  return (
    <div
      className="flex h-full flex-col"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || open === null || event.defaultPrevented) return;
        go(null);
        document.querySelector<HTMLElement>('[data-list="turns"]')?.focus();
      }}
    >
      <div className="flex flex-col gap-2 border-b border-line bg-panel px-4 py-2">
        <div className="flex min-h-7 flex-wrap items-center gap-x-4 gap-y-1">
          <h1 className="text-base font-semibold">{t('title')}</h1>
          <Total known={list.more || list.above > 0 ? null : list.turns.length} filter={filter} />
          <div className="ml-auto flex items-center gap-1.5">
            <Menu
              label={t('columnsChoose')}
              trigger={
                <Button size="small">
                  <Columns3 aria-hidden="true" className="size-3.5" />
                  {t('columnsChoose')}
                </Button>
              }
            >
              {COLUMNS.filter((column) => !('fixed' in column)).map(({ id }) => (
                <MenuChoice key={id} checked={columns.includes(id)} onChange={(shown) => choose(id, shown)}>
                  {t(`columns.${id}`)}
                </MenuChoice>
              ))}
            </Menu>
            <ExportMenu filter={filter} />
          </div>
        </div>
        <TurnFilters query={query} onChange={narrow} />
      </div>
      <div className="flex min-h-0 flex-1">
        <div className="relative min-w-0 flex-1">
          {list.phase === 'loading' && <Skeleton label={t('reading')} rows={12} />}
          {list.phase === 'failed' && (
            <div className="p-4">
              <ErrorState error={list.error} onRetry={() => void feed.catchUp()} />
            </div>
          )}
          {list.phase === 'ready' && list.turns.length === 0 && (narrowed ? <NothingFound /> : <FirstTurn />)}
          {list.phase === 'ready' && list.turns.length > 0 && (
            <TurnTable list={list} feed={feed} columns={columns} chosen={open} onOpen={openTurn} />
          )}
          {list.phase === 'ready' && (list.error !== null || list.older.error !== null) && (
            <div className="absolute inset-x-4 bottom-4 shadow-dialog">
              <ErrorState
                error={list.error ?? list.older.error}
                onRetry={() => void (list.error === null ? feed.loadOlder() : feed.catchUp())}
              />
            </div>
          )}
        </div>
        {open !== null && <TurnDetail key={open} id={open} turns={list.turns} onGo={go} />}
      </div>
    </div>
  );
}

/** How many turns there are, how many are under way, and what is missing from the list, so that its absence is no riddle. */
const Total = memo(function Total({
  known,
  filter,
}: {
  /** The number of turns at hand where they are all; null where there are more. */
  readonly known: number | null;
  readonly filter: ReturnType<typeof filterOf>;
}) {
  const { t } = useTranslation('turns');
  const { data: status } = useStatus();
  const { data } = useAnswer('turns.count', { filter }, { keep: true });
  // Pushes run ahead of the count, which is asked for anew only now and then.
  const count = data?.count ?? known;
  const refused = Object.entries(status?.refused ?? {}).filter(([, turns]) => turns > 0);
  const total = refused.reduce((sum, [, turns]) => sum + turns, 0);
  return (
    <div className="flex flex-wrap items-center gap-x-4 text-xs text-ink-soft">
      {count !== null && <span className="tabular-nums">{t('count', { count, turns: fullCount(count) })}</span>}
      {status !== undefined && status.openTurns > 0 && (
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className="size-1.5 animate-breathe rounded-full bg-accent" />
          {t('underWay', { count: status.openTurns })}
        </span>
      )}
      {total > 0 && (
        <span title={`${t('refusedWhy')} ${refused.map(([code, turns]) => `${code} ${fullCount(turns)}`).join(', ')}`}>
          {t('refused', { count: total })}
        </span>
      )}
      {status !== undefined && status.lostRows > 0 && (
        <span className="font-medium text-warn">{t('lostRows', { count: status.lostRows })}</span>
      )}
    </div>
  );
});

function NothingFound() {
  const { t } = useTranslation('turns');
  return (
    <EmptyState icon={<Columns3 />} title={t('nothingFound')}>
      <p className="mb-4">{t('nothingFoundText')}</p>
      <Button onClick={() => navigate(hrefOf('turns'))}>{t('clear')}</Button>
    </EmptyState>
  );
}
