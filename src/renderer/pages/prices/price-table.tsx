import { SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { type VirtualColumn, VirtualTable } from '../../components/virtual-table.tsx';
import { PRICE_PARTS, type PricePart } from '../../price-form.ts';
import type { PriceLine } from '../../price-lines.ts';
import { fullCount } from '../../words/figure.ts';
import { dollarsText } from '../../words/money-word.ts';

/** The price table: thousands of lines, found by a word. */
export function PriceLines({
  lines,
  onClear,
  onOwn,
}: {
  readonly lines: readonly PriceLine[];
  /** Takes the search away. */
  readonly onClear: () => void;
  /** Sets one's own price for a model. */
  readonly onOwn: (model: string) => void;
}) {
  const { t } = useTranslation('prices');
  const columns = useMemo(
    (): VirtualColumn<PriceLine>[] => [
      {
        id: 'model',
        title: t('columns.model'),
        width: 'minmax(10rem, 2fr)',
        head: true,
        cell: ({ model }) => (
          <span className="font-medium" title={model}>
            {model}
          </span>
        ),
      },
      { id: 'provider', title: t('columns.provider'), width: 'minmax(5rem, 1fr)', cell: ({ provider }) => provider },
      {
        id: 'tier',
        title: t('columns.tier'),
        width: 'minmax(6rem, 1.3fr)',
        cell: ({ tier, above }) => (
          <>
            {t(`tiers.${tier}`)}
            {above !== null && (
              <span className="ml-1.5 text-xs text-ink-faint" title={t('aboveWhy')}>
                {t('above', { tokens: fullCount(above) })}
              </span>
            )}
          </>
        ),
      },
      ...PRICE_PARTS.map((part: PricePart): VirtualColumn<PriceLine> => ({
        id: part,
        title: t(`columns.${part}`),
        width: part === 'cacheWriteHour' ? '7rem' : '4.5rem',
        numeric: true,
        cell: ({ rates }) => {
          const rate = rates[part];
          return rate === null ? <Unknown why={t('notKnown')} /> : dollarsText(rate);
        },
      })),
      {
        id: 'since',
        title: <span className="pl-3">{t('columns.since')}</span>,
        width: '6.25rem',
        cell: ({ since }) => <span className="pl-3 tabular-nums">{since}</span>,
      },
      {
        id: 'source',
        title: t('columns.source'),
        width: 'minmax(6rem, 1fr)',
        cell: ({ source }) => <SourceLink source={source} />,
      },
      {
        id: 'action',
        title: t('columns.action'),
        width: '5.5rem',
        cell: ({ model, overridden }) =>
          overridden ? (
            <Chip tone="accent" title={t('overriddenWhy')}>
              {t('overridden')}
            </Chip>
          ) : (
            <Button look="bare" size="small" aria-label={t('setOwnOf', { model })} onClick={() => onOwn(model)}>
              {t('setOwn')}
            </Button>
          ),
      },
    ],
    [onOwn, t],
  );
  if (lines.length === 0) {
    return (
      <EmptyState icon={<SearchX />} title={t('nothingFound')}>
        <p className="mb-4">{t('nothingFoundText')}</p>
        <Button onClick={onClear}>{t('clear')}</Button>
      </EmptyState>
    );
  }
  return (
    <VirtualTable
      label={t('view.table')}
      columns={columns}
      rows={lines}
      keyOf={({ key }) => key}
      minWidth="min-w-[72rem]"
    />
  );
}

function SourceLink({ source }: { readonly source: string }) {
  const host = URL.parse(source)?.hostname.replace(/^www\./, '');
  return host === undefined ? (
    source
  ) : (
    <a href={source} target="_blank" rel="noreferrer" title={source} className="text-accent hover:underline">
      {host}
    </a>
  );
}
