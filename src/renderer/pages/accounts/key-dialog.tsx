import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { draftProblem, KeyFields, NO_KEY } from './key-fields.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';

/** Adds a key to an account, or puts another in the place of the one of that keychain name. */
export function KeyDialog({
  id,
  name,
  onClose,
}: {
  readonly id: string;
  /** The keychain entry whose key is replaced; null adds one. */
  readonly name: string | null;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['accounts', 'common']);
  const [draft, setDraft] = useState(NO_KEY);
  const [tried, setTried] = useState(false);
  const add = useCommand('account.addKey', ['account.list', 'status.get', 'key.list']);
  const replace = useCommand('key.set', ['status.get', 'key.list']);
  const save = name === null ? add : replace;
  const submit = (): void => {
    setTried(true);
    if (save.isPending || draftProblem(draft) !== null) return;
    const key = draft.key.trim();
    if (name !== null) replace.mutate({ name, key }, { onSuccess: onClose });
    else add.mutate({ id, from: draft.from === 'env' ? { env: draft.env.trim() } : { key } }, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={name === null ? t('keyForm.titleAdd', { id }) : t('keyForm.titleReplace', { name })}
      label={t('keys.title')}
      save={t('keyForm.save')}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <KeyFields
        draft={draft}
        choices={name === null ? ['keychain', 'env'] : ['keychain']}
        tried={tried}
        onChange={setDraft}
      />
    </FormDialog>
  );
}
