import { CircleCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isTier } from '../../../shared/tier.ts';
import type { CallOutput } from '../../../shared/control.ts';
import { hrefOf } from '../../address.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { fullCount, momentOf } from '../../words/figure.ts';
import { tierName } from '../../words/tier-word.ts';

type Unpriced = CallOutput<'prices.unpriced'>['models'][number];

/** What ran and could not be priced, the most used first. */
export function UnpricedList({
  models,
  onOwn,
}: {
  readonly models: readonly Unpriced[];
  readonly onOwn: (model: string) => void;
}) {
  const { t } = useTranslation('prices');
  if (models.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<CircleCheck />} title={t('unpriced.empty')}>
          <p>{t('unpriced.emptyText')}</p>
        </EmptyState>
      </Panel>
    );
  }
  const columns: Column<Unpriced>[] = [
    {
      id: 'model',
      title: t('columns.model'),
      head: true,
      cell: ({ model }) =>
        model === null ? (
          <span className="text-ink-faint">{t('unpriced.noModel')}</span>
        ) : (
          <span className="font-medium">{model}</span>
        ),
    },
    {
      id: 'tier',
      title: t('columns.tier'),
      cell: ({ tier }) =>
        tier === null ? (
          <span className="text-ink-faint">{t('unpriced.noTier')}</span>
        ) : isTier(tier) ? (
          tierName(tier)
        ) : (
          tier
        ),
    },
    { id: 'turns', title: t('unpriced.turns'), numeric: true, cell: ({ turns }) => fullCount(turns) },
    { id: 'last', title: t('unpriced.last'), cell: ({ lastAt }) => momentOf(lastAt) },
    {
      id: 'action',
      title: <span className="sr-only">{t('columns.action')}</span>,
      className: 'text-right whitespace-nowrap',
      cell: ({ model }) =>
        model !== null && (
          <span className="inline-flex gap-1.5">
            <ButtonLink
              look="bare"
              size="small"
              href={hrefOf('turns', null, { models: model })}
              aria-label={t('unpriced.showOf', { model })}
            >
              {t('unpriced.show')}
            </ButtonLink>
            <Button size="small" aria-label={t('setOwnOf', { model })} onClick={() => onOwn(model)}>
              {t('setOwn')}
            </Button>
          </span>
        ),
    },
  ];
  return (
    <>
      <p className="mb-3 text-ink-soft">{t('unpriced.lead')}</p>
      <Panel className="overflow-hidden">
        <Table
          label={t('unpriced.list')}
          columns={columns}
          rows={models}
          keyOf={({ model, tier }) => `${model ?? ''}|${tier ?? ''}`}
        />
      </Panel>
    </>
  );
}
