import { zodResolver } from '@hookform/resolvers/zod';
import { Controller, useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Budget } from '../../../shared/budget.ts';
import { type BudgetForm, budgetFormOf, budgetFormSchema, budgetOf, type BudgetProblem } from '../../budget-form.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { useStatus } from '../../gateway-state.ts';
import type { SettingsChanges } from '../../settings-change.ts';

/** One budget as a form. */
export function BudgetDialog({
  budget,
  tool,
  budgets,
  changes,
  onSave,
  onClose,
}: {
  /** Null for a new one. */
  readonly budget: Budget | null;
  /** The tool that a new one begins with; empty is every tool. */
  readonly tool: string;
  readonly budgets: readonly Budget[];
  readonly changes: SettingsChanges;
  readonly onSave: (budget: Budget) => Promise<boolean>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['budgets', 'common']);
  const { data: status } = useStatus();
  const others = budgets.map(({ id }) => id).filter((id) => id !== budget?.id);
  const { control, register, handleSubmit, formState } = useForm<BudgetForm>({
    resolver: zodResolver(budgetFormSchema(others)),
    defaultValues: budgetFormOf(budget, tool),
    mode: 'onTouched',
  });
  const [action, chosenTool] = useWatch({ control, name: ['action', 'tool'] });
  // A tool that has been revoked since still has its turns, and its budget.
  const tools = [...new Set([...(status?.tools ?? []).map(({ name }) => name), chosenTool])].filter(
    (one) => one !== '',
  );
  const problemOf = (name: 'usd' | 'id'): string | null => {
    const message = formState.errors[name]?.message as BudgetProblem | undefined;
    return message === undefined ? null : t(`problem.${message}`);
  };
  return (
    <FormDialog
      title={budget === null ? t('form.titleNew') : t('form.title', { id: budget.id })}
      label={t('form.label')}
      save={t('form.save')}
      busy={changes.pending !== null}
      error={changes.failure?.error ?? null}
      errorNote={t('nothingChanged')}
      onClose={onClose}
      onSubmit={(event) =>
        void handleSubmit(async (valid) => {
          if (await onSave(budgetOf(valid, others, budget?.enabled ?? true))) onClose();
        })(event)
      }
    >
      <div className="mt-1 grid grid-cols-2 gap-x-4 gap-y-3 max-sm:grid-cols-1">
        <Controller
          control={control}
          name="tool"
          render={({ field }) => (
            <SelectField
              label={t('form.tool')}
              value={field.value}
              options={[{ value: '', name: t('everyTool') }, ...tools.map((value) => ({ value, name: value }))]}
              onChange={field.onChange}
            />
          )}
        />
        <Controller
          control={control}
          name="period"
          render={({ field }) => (
            <SelectField
              label={t('form.period')}
              value={field.value}
              options={(['day', 'week', 'month'] as const).map((value) => ({ value, name: t(`periods.${value}`) }))}
              onChange={field.onChange}
            />
          )}
        />
        <TextField
          label={t('form.usd')}
          hint={t('form.usdHint')}
          inputMode="decimal"
          data-autofocus="true"
          problem={problemOf('usd')}
          {...register('usd')}
        />
        <TextField label={t('form.id')} hint={t('form.idHint')} problem={problemOf('id')} {...register('id')} />
        <div className="col-span-full flex flex-col gap-1">
          <Controller
            control={control}
            name="action"
            render={({ field }) => (
              <SelectField
                label={t('form.action')}
                value={field.value}
                options={(['notify', 'filterFast', 'block'] as const).map((value) => ({
                  value,
                  name: t(`actions.${value}`),
                }))}
                onChange={field.onChange}
              />
            )}
          />
          <p className="text-xs text-ink-faint">{t(`actionWhy.${action}`)}</p>
        </div>
      </div>
    </FormDialog>
  );
}
