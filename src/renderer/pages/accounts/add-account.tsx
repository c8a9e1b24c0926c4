import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/account.ts';
import { BASE_URLS, freeId, NEW_KINDS, type NewKind, newAccountOf, problemsOf } from '../../account-form.ts';
import { useCommand } from '../../call.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { Segments } from '../../components/segments.tsx';
import { LoginFile } from './import-login.tsx';
import { draftProblem, KeyFields, NO_KEY } from './key-fields.tsx';

const REFRESH = ['account.list', 'status.get', 'key.list'] as const;

/** Makes an account: of a provider and a key, of the person's own Codex login, or of the sandbox. */
export function AddAccount({
  accounts,
  onAdded,
  onClose,
}: {
  readonly accounts: readonly Account[];
  readonly onAdded: (id: string) => void;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['accounts', 'common']);
  const [kind, setKind] = useState<NewKind>('openai');
  const [named, setNamed] = useState<string | null>(null);
  const [baseUrl, setBaseUrl] = useState(BASE_URLS.openai);
  const [file, setFile] = useState('');
  const [draft, setDraft] = useState(NO_KEY);
  const [tried, setTried] = useState(false);
  const add = useCommand('account.add', REFRESH);
  const importLogin = useCommand('account.importCodex', REFRESH);
  const save = kind === 'codex' ? importLogin : add;

  const id = (named ?? freeId(kind, accounts)).trim();
  const keyed = kind !== 'sandbox' && kind !== 'codex';
  const account =
    kind === 'codex'
      ? newAccountOf({ kind: 'openai', id, baseUrl: BASE_URLS.openai, keyFrom: 'none', env: '' }, accounts)
      : newAccountOf({ kind, id, baseUrl, keyFrom: draft.from, env: draft.env }, accounts);
  const wrong = problemsOf(account);
  const idProblem = accounts.some((other) => other.id === id) ? 'idTaken' : wrong.has('id') ? 'id' : null;
  const urlProblem = keyed && wrong.has('baseUrl');
  const ready = idProblem === null && !urlProblem && (!keyed || draftProblem(draft) === null);

  const submit = (): void => {
    setTried(true);
    if (save.isPending || !ready) return;
    const done = { onSuccess: () => onAdded(id) };
    if (kind === 'codex') importLogin.mutate({ id, ...(file.trim() === '' ? {} : { file: file.trim() }) }, done);
    else add.mutate({ account, ...(keyed && draft.from === 'keychain' ? { key: draft.key.trim() } : {}) }, done);
  };
  return (
    <FormDialog
      title={t('adding.title')}
      save={kind === 'codex' ? t('adding.import') : t('adding.do')}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex flex-col gap-3">
        <div className="max-w-full overflow-x-auto">
          <Segments
            label={t('adding.kind')}
            value={kind}
            options={NEW_KINDS.map((value) => ({ value, name: t(`adding.kinds.${value}`) }))}
            onChange={(next) => {
              setKind(next);
              setBaseUrl(BASE_URLS[next]);
              // A server on this machine often wants no key; the two providers always do.
              setDraft({ ...draft, from: draft.from === 'none' ? 'keychain' : draft.from });
              setTried(false);
              add.reset();
              importLogin.reset();
            }}
          />
        </div>
        <p className="text-ink-soft">{t(`adding.lead.${kind}`)}</p>
        <TextField
          label={t('adding.id')}
          hint={t('adding.idHint')}
          data-autofocus="true"
          value={named ?? freeId(kind, accounts)}
          problem={idProblem === null ? null : t(`problem.${idProblem}`)}
          onChange={({ target }) => setNamed(target.value)}
        />
        {keyed && (
          <TextField
            label={t('form.baseUrl')}
            placeholder="http://127.0.0.1:11434/v1"
            inputMode="url"
            value={baseUrl}
            problem={urlProblem && (tried || baseUrl !== '') ? t('problem.baseUrl') : null}
            onChange={({ target }) => setBaseUrl(target.value)}
          />
        )}
        {keyed && (
          <KeyFields
            draft={draft}
            choices={kind === 'compatible' ? ['keychain', 'env', 'none'] : ['keychain', 'env']}
            tried={tried}
            onChange={setDraft}
          />
        )}
        {kind === 'codex' && <LoginFile file={file} onChange={setFile} />}
      </div>
    </FormDialog>
  );
}
