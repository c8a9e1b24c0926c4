import { Calculator, Plus, Undo2 } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PriceOverride } from '../../../shared/price-override.ts';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { PageHeader } from '../../components/page.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Segments } from '../../components/segments.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { isSamePlace, type PriceForm, priceFormOf } from '../../price-form.ts';
import { findLines, overrideFrom, priceLines } from '../../price-lines.ts';
import { navigate, useRoute } from '../../route.ts';
import { useSettingsChanges } from '../../settings-change.ts';
import { fullCount } from '../../words/figure.ts';
import { OwnPrices } from './own-prices.tsx';
import { PriceDialog } from './price-dialog.tsx';
import { PriceLines } from './price-table.tsx';
import { RepriceDialog } from './reprice-dialog.tsx';
import { UnpricedList } from './unpriced-list.tsx';

/** Where changes made on this page are told. */
const PLACE = 'prices';

const VIEWS = ['table', 'own', 'unpriced'] as const;

/** What tokens cost by the table and by the person, and what ran without a known price. */
export function PricesPage() {
  const { t } = useTranslation('prices');
  const { query } = useRoute();
  const changes = useSettingsChanges();
  const table = useAnswer('prices.list', {});
  const unpriced = useAnswer('prices.unpriced', {});
  const own = changes.shown?.prices ?? table.data?.overrides ?? [];
  const view = VIEWS.find((known) => known === query['view']) ?? 'table';
  const text = query['text'] ?? '';
  const [editing, setEditing] = useState<{ readonly price: PriceOverride | null; readonly begin: PriceForm } | null>(
    null,
  );
  const [repricing, setRepricing] = useState(false);
  const rows = table.data?.rows;
  const lines = useMemo(() => priceLines(rows ?? []), [rows]);
  const wanted = useDeferredValue(text);
  const found = useMemo(() => findLines(lines, wanted), [lines, wanted]);
  const go = (next: Readonly<Record<string, string>>): void =>
    navigate(hrefOf('prices', null, next), { replace: true });
  const setOwn = useCallback(
    (model: string) => {
      // Prices begin by the day in UTC.
      const today = new Date().toISOString().slice(0, 10);
      setEditing({ price: null, begin: priceFormOf(overrideFrom(rows ?? [], model, today), model) });
    },
    [rows],
  );
  const put = (before: PriceOverride | null, price: PriceOverride): Promise<boolean> =>
    changes.change(PLACE, 'prices', (prices) =>
      prices.some((one) => isSamePlace(one, before))
        ? prices.map((one) => (isSamePlace(one, before) ? price : one))
        : [...prices, price],
    );

  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-col gap-3 border-b border-line px-4 pt-6 pb-3 max-[1023px]:pt-4">
        <PageHeader
          title={t('title')}
          actions={
            <>
              {changes.changed === PLACE && (
                <Button look="bare" busy={changes.pending !== null} onClick={changes.undo}>
                  <Undo2 aria-hidden="true" className="size-3.5" />
                  {t('undo')}
                </Button>
              )}
              <Button onClick={() => setRepricing(true)}>
                <Calculator aria-hidden="true" className="size-3.5" />
                {t('reprice.open')}
              </Button>
              <Button look="primary" onClick={() => setEditing({ price: null, begin: priceFormOf(null) })}>
                <Plus aria-hidden="true" className="size-3.5" />
                {t('add')}
              </Button>
            </>
          }
        >
          {t('lead')}
        </PageHeader>
        <div className="flex flex-wrap items-center gap-3">
          <Segments
            label={t('views')}
            value={view}
            options={[
              { value: 'table', name: t('view.table') },
              { value: 'own', name: t('view.own', { figure: fullCount(own.length) }) },
              {
                value: 'unpriced',
                name: t('view.unpriced', {
                  figure: unpriced.data === undefined ? '…' : fullCount(unpriced.data.models.length),
                }),
              },
            ]}
            onChange={(next) => go(next === 'table' ? {} : { view: next })}
          />
          {view === 'table' && (
            <>
              <SearchBox
                label={t('search')}
                hint={t('searchWhy')}
                text={text}
                onChange={(next) => go(next === '' ? {} : { text: next })}
              />
              {table.data !== undefined && (
                <span role="status" className="text-xs text-ink-soft tabular-nums">
                  {t('lines', { count: found.length, figure: fullCount(found.length) })} ·{' '}
                  {t('version', { version: table.data.version })}
                </span>
              )}
            </>
          )}
        </div>
        {changes.failure !== null && editing === null && (
          <ErrorState error={changes.failure.error}>
            <p className="mt-1 text-ink-soft">{t('nothingChanged')}</p>
          </ErrorState>
        )}
      </div>
      <div className="min-h-0 flex-1">
        {view === 'table' ? (
          table.data !== undefined ? (
            <PriceLines lines={found} onClear={() => go({})} onOwn={setOwn} />
          ) : (
            <Waiting error={table.error} onRetry={() => void table.refetch()} />
          )
        ) : (
          <div
            className="relative h-full overflow-y-auto px-4 py-4 -outline-offset-2"
            tabIndex={0}
            role="region"
            aria-label={t('title')}
          >
            {view === 'own' ? (
              <OwnPrices
                prices={own}
                onAdd={() => setEditing({ price: null, begin: priceFormOf(null) })}
                onEdit={(price) => setEditing({ price, begin: priceFormOf(price) })}
                onRemove={(price) =>
                  void changes.change(PLACE, 'prices', (prices) => prices.filter((one) => !isSamePlace(one, price)))
                }
              />
            ) : unpriced.data !== undefined ? (
              <UnpricedList models={unpriced.data.models} onOwn={setOwn} />
            ) : (
              <Waiting error={unpriced.error} onRetry={() => void unpriced.refetch()} />
            )}
          </div>
        )}
      </div>
      {editing !== null && (
        <PriceDialog
          begin={editing.begin}
          editing={editing.price !== null}
          others={own.filter((one) => !isSamePlace(one, editing.price))}
          changes={changes}
          onSave={(price) => put(editing.price, price)}
          onClose={() => {
            changes.reset();
            setEditing(null);
          }}
        />
      )}
      {repricing && <RepriceDialog onClose={() => setRepricing(false)} />}
    </div>
  );
}

function Waiting({ error, onRetry }: { readonly error: Error | null; readonly onRetry: () => void }) {
  const { t } = useTranslation('prices');
  return error === null ? (
    <Skeleton label={t('reading')} rows={8} />
  ) : (
    <div className="p-4">
      <ErrorState error={error} onRetry={onRetry} />
    </div>
  );
}
