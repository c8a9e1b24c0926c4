import { PiggyBank, Plus, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Budget } from '../../../shared/budget.ts';
import { hrefOf } from '../../address.ts';
import { withBudget } from '../../budget-form.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { SourceMark } from '../../components/figure.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useStatus } from '../../gateway-state.ts';
import { navigate, useRoute } from '../../route.ts';
import { useSettingsChanges } from '../../settings-change.ts';
import { BudgetDialog } from './budget-dialog.tsx';
import { BudgetRow } from './budget-row.tsx';

/** Where changes made on this page are told. */
const PLACE = 'budgets';

/** What may be spent, how much of it is, and what happens then. */
export function BudgetsPage() {
  const { t } = useTranslation('budgets');
  const route = useRoute();
  const { data: status } = useStatus();
  const changes = useSettingsChanges();
  const budgets = changes.shown?.budgets;
  // The dialog is open for a budget, null for a new one, and undefined while it is closed.
  const [editing, setEditing] = useState<Budget | null | undefined>(undefined);
  // An address that asks for a new budget, such as from a tool, opens the form by itself.
  const open = editing === undefined && route.id === 'new' ? null : editing;
  const change = (edit: (budgets: Budget[]) => Budget[]): Promise<boolean> => changes.change(PLACE, 'budgets', edit);

  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        budgets !== undefined && (
          <>
            {changes.changed === PLACE && (
              <Button look="bare" busy={changes.pending !== null} onClick={changes.undo}>
                <Undo2 aria-hidden="true" className="size-3.5" />
                {t('undo')}
              </Button>
            )}
            <Button look="primary" onClick={() => setEditing(null)}>
              <Plus aria-hidden="true" className="size-3.5" />
              {t('new')}
            </Button>
          </>
        )
      }
    >
      {changes.failure !== null && open === undefined && (
        <ErrorState error={changes.failure.error}>
          <p className="mt-1 text-ink-soft">{t('nothingChanged')}</p>
        </ErrorState>
      )}
      {budgets !== undefined ? (
        budgets.length === 0 ? (
          <Panel>
            <EmptyState icon={<PiggyBank />} title={t('empty.title')}>
              <p>{t('empty.text')}</p>
              <Button look="primary" className="mt-4" onClick={() => setEditing(null)}>
                {t('new')}
              </Button>
            </EmptyState>
          </Panel>
        ) : (
          <Panel title={t('list')} actions={<SourceMark source="estimated" />}>
            <ul>
              {budgets.map((budget) => (
                <BudgetRow
                  key={budget.id}
                  budget={budget}
                  state={budget.enabled ? status?.budgets.find(({ id }) => id === budget.id) : undefined}
                  marked={budget.id === route.id}
                  busy={changes.pending !== null}
                  onSwitch={(enabled) =>
                    void change((before) => before.map((one) => (one.id === budget.id ? { ...one, enabled } : one)))
                  }
                  onEdit={() => setEditing(budget)}
                  onRemove={() => void change((before) => before.filter(({ id }) => id !== budget.id))}
                />
              ))}
            </ul>
          </Panel>
        )
      ) : changes.settings.error !== null ? (
        <ErrorState error={changes.settings.error} onRetry={() => void changes.settings.refetch()} />
      ) : (
        <Panel className="overflow-hidden">
          <Skeleton label={t('reading')} rows={3} />
        </Panel>
      )}
      {open !== undefined && budgets !== undefined && (
        <BudgetDialog
          budget={open}
          tool={route.query['tool'] ?? ''}
          budgets={budgets}
          changes={changes}
          onSave={(budget) => change((before) => withBudget(before, open?.id ?? null, budget))}
          onClose={() => {
            changes.reset();
            setEditing(undefined);
            if (route.id === 'new') navigate(hrefOf('budgets'), { replace: true });
          }}
        />
      )}
    </Page>
  );
}
