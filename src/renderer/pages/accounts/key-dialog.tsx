import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { draftProblem, KeyFields, NO_KEY } from './key-fields.tsx';

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
    <Dialog
      title={name === null ? t('keyForm.titleAdd', { id }) : t('keyForm.titleReplace', { name })}
      onClose={onClose}
    >
      <form
        noValidate
        aria-label={t('keys.title')}
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
        {save.error !== null && (
          <div className="mt-3">
            <ErrorState error={save.error} />
          </div>
        )}
        <div className="mt-5 flex justify-end gap-2">
          <DialogClose>{t('common:cancel')}</DialogClose>
          <Button type="submit" look="primary" busy={save.isPending}>
            {save.isPending ? t('common:saving') : t('keyForm.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
