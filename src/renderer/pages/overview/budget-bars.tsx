import { PiggyBank } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BudgetState } from '../../../shared/budget.ts';
import { hrefOf } from '../../address.ts';
import { ButtonLink } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { SourceMark } from '../../components/figure.tsx';
import { Meter } from '../../components/meter.tsx';
import { Panel } from '../../components/panel.tsx';
import { percent } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';

/** How far each budget is used. */
export function BudgetBars({ budgets }: { readonly budgets: readonly BudgetState[] }) {
  const { t } = useTranslation('overview');
  return (
    <Panel title={t('budgets')} actions={budgets.length > 0 && <SourceMark source="estimated" />}>
      {budgets.length === 0 ? (
        <div className="flex items-center justify-between gap-3 p-4">
          <p className="text-ink-faint">{t('noBudgets')}</p>
          <ButtonLink size="small" href={hrefOf('budgets')}>
            <PiggyBank aria-hidden="true" className="size-3.5" />
            {t('addBudget')}
          </ButtonLink>
        </div>
      ) : (
        <ul className="flex flex-col gap-3 px-4 py-3">
          {budgets.map((budget) => (
            <li key={budget.id}>
              <div className="mb-1 flex items-baseline justify-between gap-2">
                <a href={hrefOf('budgets', budget.id)} className="truncate font-medium hover:underline">
                  {budget.tool ?? t('everyTool')} · {t(`periods.${budget.period}`)}
                </a>
                <span className="text-xs whitespace-nowrap text-ink-soft tabular-nums">
                  {moneyOf(budget.spent)} / {moneyOf(budget.limit)} · {percent(budget.percent)}
                </span>
              </div>
              <Meter
                label={budget.id}
                percent={budget.percent}
                tone={budget.percent >= 100 ? 'bad' : budget.percent >= 80 ? 'warn' : 'accent'}
              />
              {budget.inForce && (
                <Chip tone="bad" className="mt-1">
                  {t(`inForce.${budget.action}`)}
                </Chip>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
