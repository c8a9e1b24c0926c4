import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, isSandbox, type Spoken } from '../../../shared/account.ts';
import { isCodexLogin } from '../../../shared/codex.ts';
import type { AccountChanges } from '../../account-changes.ts';
import { type AccountForm, accountOf, formOfAccount, hasTwins, problemsOf } from '../../account-form.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { Switch } from '../../components/switch.tsx';
import { dialectName } from '../../words/account-word.ts';
import { PairEditor } from './pair-editor.tsx';

const SPOKEN: readonly Spoken[] = ['responses', 'chat', 'messages'];

/** An account's settings as a form: address, place, limits, way out and headers. */
export function EditAccount({
  account,
  changes: { save, change },
  onClose,
}: {
  readonly account: Account;
  readonly changes: AccountChanges;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['accounts', 'common']);
  const [form, setForm] = useState(() => formOfAccount(account));
  const set = (change: Partial<AccountForm>): void => setForm({ ...form, ...change });
  const wrong = problemsOf(accountOf(account, form));
  const twins = hasTwins(form.headers);
  const text = (
    name: 'baseUrl' | 'priority' | 'concurrency' | 'proxy' | 'fiveHours' | 'week',
    {
      member = name,
      ...more
    }: { readonly member?: string; readonly hint?: string; readonly placeholder?: string } = {},
  ) => (
    <TextField
      label={t(`form.${name}`)}
      value={form[name]}
      problem={wrong.has(member) ? t(`problem.${name}`) : null}
      inputMode={name === 'baseUrl' || name === 'proxy' ? 'url' : 'numeric'}
      onChange={({ target }) => set({ [name]: target.value })}
      {...more}
    />
  );
  const toggle = (name: 'allowDearer' | 'regional') => (
    <div className="col-span-full flex items-center gap-2.5">
      <Switch checked={form[name]} label={t(`form.${name}`)} onChange={(on) => set({ [name]: on })} />
      <span>
        {t(`form.${name}`)} <span className="text-ink-soft">{t(`form.${name}Hint`)}</span>
      </span>
    </div>
  );
  return (
    <FormDialog
      wide
      title={t('form.title', { id: account.id })}
      label={t('facts.title')}
      busy={save.isPending}
      disabled={wrong.size > 0 || twins}
      error={save.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        if (save.isPending || wrong.size > 0 || twins) return;
        const edit = (now: Account): Account => accountOf(now, form);
        void change({ kind: 'edit', id: account.id, edit }).then((done) => {
          if (done) onClose();
        });
      }}
    >
      <div className="grid grid-cols-2 gap-x-4 gap-y-3 max-sm:grid-cols-1">
        {!isSandbox(account) && text('baseUrl')}
        {text('proxy', { hint: t('form.proxyHint'), placeholder: 'socks5://127.0.0.1:1080' })}
        {text('priority', { hint: t('form.priorityHint') })}
        {text('concurrency', { hint: t('form.concurrencyHint') })}
        <SelectField
          label={t('facts.standardTier')}
          value={form.standardTier}
          options={(['omit', 'default'] as const).map((value) => ({ value, name: t(`standard.${value}`) }))}
          onChange={(standardTier) => set({ standardTier })}
        />
        <SelectField
          label={t('facts.sockets')}
          value={form.sockets}
          options={(['relay', 'http_bridge'] as const).map((value) => ({ value, name: t(`socketWays.${value}`) }))}
          onChange={(sockets) => set({ sockets })}
        />
        {isCodexLogin(account) && (
          <>
            {text('fiveHours', { member: 'pauseAt', hint: t('form.pauseHint') })}
            {text('week', { member: 'pauseAt', hint: t('form.pauseHint') })}
          </>
        )}
        <fieldset className="col-span-full">
          <legend className="mb-1 text-xs font-medium text-ink-soft">{t('facts.speaks')}</legend>
          <div className="flex flex-wrap gap-x-5 gap-y-2">
            {SPOKEN.map((dialect) => (
              <span key={dialect} className="flex items-center gap-2">
                <Switch
                  checked={form.speaks.includes(dialect)}
                  label={dialectName(dialect)}
                  onChange={(on) =>
                    set({ speaks: SPOKEN.filter((one) => (one === dialect ? on : form.speaks.includes(one))) })
                  }
                />
                {dialectName(dialect)}
              </span>
            ))}
          </div>
          <p role="alert" className="mt-1 text-xs text-bad empty:hidden">
            {wrong.has('speaks') ? t('problem.speaks') : null}
          </p>
        </fieldset>
        {toggle('allowDearer')}
        {toggle('regional')}
        <div className="col-span-full">
          <PairEditor
            masked
            label={t('facts.headers')}
            from={t('form.headerName')}
            to={t('form.headerValue')}
            add={t('form.addHeader')}
            pairs={form.headers}
            onChange={(headers) => set({ headers })}
          />
          <p role="alert" className="mt-1 text-xs text-bad empty:hidden">
            {twins ? t('problem.headersTwice') : wrong.has('headers') ? t('problem.headers') : null}
          </p>
        </div>
      </div>
    </FormDialog>
  );
}
