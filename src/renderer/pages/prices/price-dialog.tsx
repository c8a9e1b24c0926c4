import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PriceOverride } from '../../../shared/price-override.ts';
import { INPUT_CLASS, TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { useStatus } from '../../gateway-state.ts';
import { PRICE_PARTS, type PriceForm, priceOf, type PricePart, priceProblems } from '../../price-form.ts';
import { PRICED_TIERS, type PricedTier } from '../../price-lines.ts';
import type { SettingsChanges } from '../../settings-change.ts';

/** A person's own price of one model as a form. */
export function PriceDialog({
  begin,
  editing,
  others,
  changes,
  onSave,
  onClose,
}: {
  /** What stands in the form at first. */
  readonly begin: PriceForm;
  /** Whether this price is there already. */
  readonly editing: boolean;
  /** The other prices of one's own. */
  readonly others: readonly PriceOverride[];
  readonly changes: SettingsChanges;
  readonly onSave: (price: PriceOverride) => Promise<boolean>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['prices', 'common']);
  const { data: status } = useStatus();
  const [form, setForm] = useState(begin);
  // What is missing is said once somebody wants to save; what is wrong at once.
  const [tried, setTried] = useState(false);
  const problems = priceProblems(form, others);
  const problemAt = (place: string): string | null => {
    const problem = problems[place];
    const patient = problem === 'modelMissing' || problem === 'noTier' || problem === 'rateMissing';
    return problem === undefined || (patient && !tried) ? null : t(`problem.${problem}`);
  };
  const accounts = [...new Set([...(status?.accounts ?? []).map(({ id }) => id), begin.account])];
  return (
    <FormDialog
      wide
      title={editing ? t('form.title', { model: begin.model }) : t('form.titleNew')}
      label={t('form.label')}
      save={t('form.save')}
      busy={changes.pending !== null}
      error={changes.failure?.error ?? null}
      errorNote={t('nothingChanged')}
      aside={t('form.after')}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(problems).length > 0) return;
        void onSave(priceOf(form)).then((saved) => {
          if (saved) onClose();
        });
      }}
    >
      <p className="text-ink-soft">{t('form.lead')}</p>
      <div className="mt-3 grid grid-cols-2 gap-x-4 gap-y-3 max-sm:grid-cols-1">
        <TextField
          label={t('form.model')}
          hint={t('form.modelHint')}
          value={form.model}
          problem={problemAt('model')}
          data-autofocus={begin.model === ''}
          onChange={({ target }) => setForm({ ...form, model: target.value })}
        />
        <SelectField
          label={t('form.account')}
          value={form.account}
          options={[
            { value: '', name: t('form.everyAccount') },
            ...accounts.filter((id) => id !== '').map((id) => ({ value: id, name: id })),
          ]}
          onChange={(account) => setForm({ ...form, account })}
        />
      </div>
      <Rates form={form} problemAt={problemAt} begin={begin} onChange={setForm} />
    </FormDialog>
  );
}

function Rates({
  form,
  begin,
  problemAt,
  onChange,
}: {
  readonly form: PriceForm;
  readonly begin: PriceForm;
  readonly problemAt: (place: string) => string | null;
  readonly onChange: (form: PriceForm) => void;
}) {
  const { t } = useTranslation('prices');
  const set = (tier: PricedTier, part: PricePart, text: string): void =>
    onChange({ ...form, tiers: { ...form.tiers, [tier]: { ...form.tiers[tier], [part]: text } } });
  return (
    <>
      <table className="mt-4 w-full" aria-label={t('form.rates')}>
        <thead>
          <tr>
            <th scope="col" className="pb-1 text-left text-xs font-medium text-ink-faint">
              {t('columns.tier')}
            </th>
            {PRICE_PARTS.map((part) => (
              <th key={part} scope="col" className="pb-1 pl-2 text-right text-xs font-medium text-ink-faint">
                {t(`columns.${part}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {PRICED_TIERS.map((tier) => {
            const said = [...new Set(PRICE_PARTS.map((part) => problemAt(`${tier}.${part}`)))].filter(
              (text) => text !== null,
            );
            return (
              <tr key={tier} className="align-top">
                <th scope="row" className="pt-2.5 text-left font-normal whitespace-nowrap">
                  {t(`tiers.${tier}`)}
                  <p id={`${tier}-problem`} role="alert" className="text-xs whitespace-normal text-bad empty:hidden">
                    {said.join(' ')}
                  </p>
                </th>
                {PRICE_PARTS.map((part) => (
                  <td key={part} className="py-1 pl-2 text-right">
                    <input
                      aria-label={t('form.rate', { tier: t(`tiers.${tier}`), part: t(`columns.${part}`) })}
                      aria-invalid={problemAt(`${tier}.${part}`) !== null}
                      aria-describedby={`${tier}-problem`}
                      inputMode="decimal"
                      autoComplete="off"
                      data-autofocus={begin.model !== '' && tier === 'standard' && part === 'input'}
                      value={form.tiers[tier][part]}
                      className={`${INPUT_CLASS} w-full max-w-28 text-right tabular-nums`}
                      onChange={({ target }) => set(tier, part, target.value)}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      <p role="alert" className="mt-1 text-xs text-bad empty:hidden">
        {problemAt('tiers')}
      </p>
    </>
  );
}
