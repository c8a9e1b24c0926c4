import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/account.ts';
import { mapModel, servesModel } from '../../../shared/model.ts';
import type { AccountChanges } from '../../account-changes.ts';
import { hasTwins, type Pair, problemsOf, tableOf } from '../../account-form.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { PairEditor } from './pair-editor.tsx';

/** Which models an account serves and what they are called there, tried before it is saved. */
export function MappingDialog({
  account,
  models,
  changes: { save, change },
  onClose,
}: {
  readonly account: Account;
  /** The models that the upstream lists, as far as a test has told. */
  readonly models: readonly string[];
  readonly changes: AccountChanges;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['accounts', 'common']);
  const listId = useId();
  const [pairs, setPairs] = useState<readonly Pair[]>(Object.entries(account.modelMapping));
  const [model, setModel] = useState('');
  const modelMapping = tableOf(pairs);
  const problem = hasTwins(pairs)
    ? t('problem.mappingTwice')
    : problemsOf({ ...account, modelMapping }).has('modelMapping')
      ? t('problem.mappingHalf')
      : null;
  const asked = model.trim();
  const outcome =
    asked === ''
      ? null
      : servesModel(modelMapping, asked)
        ? t('mapping.goesAs', { model: mapModel(modelMapping, asked) ?? asked })
        : t('mapping.notServed', { model: asked });
  return (
    <FormDialog
      wide
      title={t('mapping.dialog', { id: account.id })}
      label={t('mapping.title')}
      busy={save.isPending}
      disabled={problem !== null}
      error={save.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        if (save.isPending || problem !== null) return;
        void change({ kind: 'edit', id: account.id, edit: (now) => ({ ...now, modelMapping }) }).then((done) => {
          if (done) onClose();
        });
      }}
    >
      <p className="mb-3 text-ink-soft">{t('mapping.lead')}</p>
      <PairEditor
        label={t('mapping.title')}
        from={t('mapping.asks')}
        to={t('mapping.sent')}
        add={t('mapping.add')}
        pairs={pairs}
        options={listId}
        onChange={setPairs}
      />
      <datalist id={listId}>
        {models.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p role="alert" className="mt-2 text-xs text-bad empty:hidden">
        {problem}
      </p>
      <div className="mt-4 rounded-md bg-canvas px-3 py-2.5">
        <TextField
          label={t('mapping.try')}
          value={model}
          placeholder="gpt-5.5"
          onChange={({ target }) => setModel(target.value)}
        />
        <p role="status" className="mt-1.5 min-h-5 text-ink-soft wrap-break-word">
          {outcome}
        </p>
      </div>
    </FormDialog>
  );
}
