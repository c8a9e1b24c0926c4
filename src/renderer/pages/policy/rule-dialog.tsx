import { zodResolver } from '@hookform/resolvers/zod';
import { useDeferredValue } from 'react';
import { Controller, type Control, useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { ACTIONS, type Policy, RULE_TIERS, SCOPES } from '../../../shared/policy.ts';
import { TIERS } from '../../../shared/tier.ts';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { Switch } from '../../components/switch.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { changePolicy } from '../../policy-change.ts';
import type { PolicyChanges } from '../../policy-save.ts';
import { forces, namesOf, type RuleForm, RuleFormSchema, type RuleProblem, ruleOf } from '../../rule-form.ts';
import { actionName } from '../../words/rule-word.ts';
import { sentenceWords } from '../../words/sentence-word.ts';
import { ruleTierName, tierName } from '../../words/tier-word.ts';
import { PolicySimulation } from './policy-simulation.tsx';
import { PolicyTrial } from './policy-trial.tsx';
import { Sentence } from './rule-row.tsx';

/** One rule as a form; it may be tried and simulated before it is saved. */
export function RuleDialog({
  id,
  begin,
  policy,
  changes,
  onClose,
}: {
  /** The rule in the policy; null for a new one. */
  readonly id: string | null;
  readonly begin: RuleForm;
  readonly policy: Policy;
  readonly changes: PolicyChanges;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  const now = useMinute();
  const { control, register, handleSubmit, formState } = useForm<RuleForm>({
    resolver: zodResolver(RuleFormSchema),
    defaultValues: begin,
    mode: 'onChange',
  });
  const form = useWatch({ control }) as RuleForm;
  const parsed = RuleFormSchema.safeParse(form);
  const others = { ...policy, rules: policy.rules.filter((rule) => rule.id !== id) };
  const rule = ruleOf(parsed.success ? parsed.data : { ...begin, ...form, until: '' }, others);
  const edited = changePolicy(policy, { kind: 'put', id, rule }) ?? policy;
  const checked = useAnswer('policy.check', useDeferredValue({ policy: edited }), {
    enabled: parsed.success,
    keep: true,
  });
  const problems = parsed.success ? (checked.data?.problems ?? []) : [];

  const problemOf = (name: keyof RuleForm): string | null => {
    const message = formState.errors[name]?.message as RuleProblem | undefined;
    return message === undefined ? null : t(`problem.${message}`);
  };
  const text = (name: 'id' | 'models' | 'tools' | 'errorMessage' | 'fallbackErrorMessage' | 'until', hint?: string) => (
    <TextField
      label={t(`form.${name}`)}
      problem={problemOf(name)}
      {...(hint === undefined ? {} : { hint })}
      {...(name === 'until' ? { type: 'datetime-local' } : {})}
      {...register(name)}
    />
  );
  const hasModels = namesOf(form.models).length > 0;

  return (
    <FormDialog
      wide
      title={id === null ? t('form.titleNew') : t('form.title', { id })}
      label={t('form.label')}
      save={t('form.save')}
      busy={changes.save.isPending}
      disabled={!parsed.success || problems.length > 0}
      error={changes.save.error}
      errorNote={t('nothingChanged')}
      {...(id === null ? { aside: t('form.first') } : {})}
      onClose={onClose}
      onSubmit={(event) =>
        void handleSubmit(async (valid) => {
          const change = { kind: 'put', id, rule: ruleOf(valid, others) } as const;
          if (await changes.change(change)) onClose();
        })(event)
      }
    >
      <div className="rounded-md bg-canvas px-3 py-2">
        <Sentence rule={rule} now={now} />
      </div>
      <div className="mt-3 grid grid-cols-2 gap-x-4 gap-y-3 max-sm:grid-cols-1">
        <Choice control={control} name="serviceTier" options={RULE_TIERS} nameOf={ruleTierName} />
        <Choice control={control} name="action" options={ACTIONS} nameOf={actionName} />
        {forces(form) && (
          <Choice
            control={control}
            name="forceTo"
            options={TIERS}
            nameOf={tierName}
            problem={form.forceTo === '' ? t('problem.forceToMissing') : null}
          />
        )}
        {form.action === 'block' && text('errorMessage', t('form.messageHint'))}
        {text('models', t('form.modelsHint'))}
        {hasModels && <Choice control={control} name="fallbackAction" options={ACTIONS} nameOf={actionName} />}
        {hasModels && form.fallbackAction === 'block' && text('fallbackErrorMessage', t('form.messageHint'))}
        {text('tools', t('form.toolsHint'))}
        <Choice control={control} name="scope" options={SCOPES} nameOf={(scope) => t(`scopes.${scope}`)} />
        {text('until', t('form.untilHint'))}
        {text('id', t('form.idHint'))}
        <Controller
          control={control}
          name="observeOnly"
          render={({ field }) => (
            <div className="col-span-full flex items-center gap-2.5">
              <Switch checked={field.value} label={t('form.observeOnly')} onChange={field.onChange} />
              <span>
                {t('form.observeOnly')} <span className="text-ink-soft">{t('form.observeHint')}</span>
              </span>
            </div>
          )}
        />
      </div>
      {problems.length > 0 && (
        <ul role="alert" className="mt-3 text-bad">
          {problems.map(({ path, message }) => (
            <li key={path}>{t('form.problem', { path, message: sentenceWords(message) })}</li>
          ))}
        </ul>
      )}
      <div className="mt-4 border-t border-line pt-3">
        <Tabs
          label={t('before.label')}
          tabs={[
            {
              id: 'trial',
              name: t('before.trial'),
              content: (
                <div className="-mx-4">
                  <PolicyTrial policy={edited} valid={parsed.success && problems.length === 0} />
                </div>
              ),
            },
            { id: 'simulation', name: t('before.simulation'), content: <PolicySimulation policy={edited} /> },
          ]}
        />
      </div>
    </FormDialog>
  );
}

function Choice<Value extends string>({
  control,
  name,
  options,
  nameOf,
  problem = null,
}: {
  readonly control: Control<RuleForm>;
  readonly name: 'serviceTier' | 'action' | 'forceTo' | 'scope' | 'fallbackAction';
  readonly options: readonly Value[];
  readonly nameOf: (value: Value) => string;
  readonly problem?: string | null;
}) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  return (
    <Controller
      control={control}
      name={name}
      render={({ field }) => (
        <SelectField
          label={t(`form.${name}`)}
          value={field.value === '' ? null : (field.value as Value)}
          options={options.map((value) => ({ value, name: nameOf(value) }))}
          problem={problem}
          onChange={field.onChange}
        />
      )}
    />
  );
}
