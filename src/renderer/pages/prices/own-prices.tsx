import { BadgeDollarSign, Pencil, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PriceOverride } from '../../../shared/price-override.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { PRICE_PARTS, type PricePart } from '../../price-form.ts';
import { PRICED_TIERS, type PricedTier } from '../../price-lines.ts';
import { dollarsText } from '../../words/money-word.ts';

/** One line of the list: an override at one of its tiers; the first names it. */
interface OwnLine {
  readonly price: PriceOverride;
  readonly tier: PricedTier;
  readonly first: boolean;
}

/** The prices that the person knows better than the table. */
export function OwnPrices({
  prices,
  onAdd,
  onEdit,
  onRemove,
}: {
  readonly prices: readonly PriceOverride[];
  readonly onAdd: () => void;
  readonly onEdit: (price: PriceOverride) => void;
  readonly onRemove: (price: PriceOverride) => void;
}) {
  const { t } = useTranslation('prices');
  if (prices.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<BadgeDollarSign />} title={t('own.empty')}>
          <p>{t('own.emptyText')}</p>
          <Button look="primary" className="mt-4" onClick={onAdd}>
            {t('add')}
          </Button>
        </EmptyState>
      </Panel>
    );
  }
  const lines = prices.flatMap((price): OwnLine[] => {
    const tiers = PRICED_TIERS.filter((tier) => price.tiers[tier] !== undefined);
    return tiers.map((tier, index) => ({ price, tier, first: index === 0 }));
  });
  const columns: Column<OwnLine>[] = [
    {
      id: 'model',
      title: t('columns.model'),
      head: true,
      cell: ({ price, first }) => <span className={first ? 'font-medium' : 'text-ink-faint'}>{price.model}</span>,
    },
    {
      id: 'account',
      title: t('own.account'),
      cell: ({ price }) => <span className="text-ink-soft">{price.account ?? t('own.everyAccount')}</span>,
    },
    { id: 'tier', title: t('columns.tier'), cell: ({ tier }) => t(`tiers.${tier}`) },
    ...PRICE_PARTS.map((part: PricePart): Column<OwnLine> => ({
      id: part,
      title: t(`columns.${part}`),
      numeric: true,
      cell: ({ price, tier }) => {
        const rate = price.tiers[tier]?.[part];
        return rate === undefined ? <Unknown why={t('notKnown')} /> : dollarsText(rate);
      },
    })),
    {
      id: 'action',
      title: <span className="sr-only">{t('columns.action')}</span>,
      className: 'text-right whitespace-nowrap',
      cell: ({ price, first }) =>
        first && (
          <>
            <Button
              look="bare"
              size="icon"
              aria-label={t('own.editOf', { model: price.model })}
              onClick={() => onEdit(price)}
            >
              <Pencil aria-hidden="true" className="size-3.5" />
            </Button>
            <Button
              look="bare"
              size="icon"
              aria-label={t('own.removeOf', { model: price.model })}
              onClick={() => onRemove(price)}
            >
              <Trash2 aria-hidden="true" className="size-3.5" />
            </Button>
          </>
        ),
    },
  ];
  return (
    <Panel className="overflow-hidden">
      <Table
        label={t('own.list')}
        columns={columns}
        rows={lines}
        keyOf={({ price, tier }) => `${price.model}|${price.account ?? ''}|${tier}`}
      />
    </Panel>
  );
}
