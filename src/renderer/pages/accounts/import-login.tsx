import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
import { TextField } from '../../components/field.tsx';

/** Takes over the login that Codex keeps, for an account whose own is over or was never there. */
export function ImportLogin({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation('accounts');
  const [file, setFile] = useState('');
  const load = useCommand('account.importCodex', ['account.list', 'status.get', 'key.list']);
  return (
    <FormDialog
      title={t('importing', { id })}
      save={t('adding.import')}
      busy={load.isPending}
      error={load.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        const named = file.trim() === '' ? {} : { file: file.trim() };
        if (!load.isPending) load.mutate({ id, ...named }, { onSuccess: onClose });
      }}
    >
      <p className="mb-3 text-ink-soft">{t('adding.lead.codex')}</p>
      <LoginFile file={file} autofocus onChange={setFile} />
    </FormDialog>
  );
}

/** Where Codex keeps its login, if not where it does by itself. */
export function LoginFile({
  file,
  autofocus = false,
  onChange,
}: {
  readonly file: string;
  /** True where the dialog begins with it. */
  readonly autofocus?: boolean;
  readonly onChange: (file: string) => void;
}) {
  const { t } = useTranslation('accounts');
  return (
    <TextField
      label={t('adding.file')}
      hint={t('adding.fileHint')}
      placeholder="~/.codex/auth.json"
      data-autofocus={autofocus}
      value={file}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
