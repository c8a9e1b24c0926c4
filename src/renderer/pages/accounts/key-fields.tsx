import { useTranslation } from 'react-i18next';
import { type KeyFrom, keyProblem } from '../../account-form.ts';
import { TextField } from '../../components/field.tsx';
import { Segments } from '../../components/segments.tsx';

/** A key as it is being typed, and where it is to be kept. */
export interface KeyDraft {
  readonly from: KeyFrom;
  readonly key: string;
  readonly env: string;
}

/** Nothing typed yet. */
export const NO_KEY: KeyDraft = { from: 'keychain', key: '', env: '' };

/** What is wrong with a draft, as the name of a text; null when it can be tried. */
export function draftProblem({ from, key, env }: KeyDraft): 'keyMissing' | 'keyLocal' | 'keyBad' | 'env' | null {
  if (from === 'none') return null;
  if (from === 'keychain') return keyProblem(key);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(env.trim()) ? null : 'env';
}

/** Where a key comes from: typed here on its way to the keychain, or named by its variable. */
export function KeyFields({
  draft,
  choices,
  tried,
  onChange,
}: {
  readonly draft: KeyDraft;
  readonly choices: readonly KeyFrom[];
  /** True once saving was tried, from when on what is missing is said. */
  readonly tried: boolean;
  readonly onChange: (draft: KeyDraft) => void;
}) {
  const { t } = useTranslation('accounts');
  const problem = draftProblem(draft);
  const typed = (draft.from === 'env' ? draft.env : draft.key) !== '';
  const said = problem !== null && (tried || typed) ? t(`problem.${problem}`) : null;
  return (
    <div className="flex flex-col gap-2.5">
      {choices.length > 1 && (
        <div>
          <Segments
            label={t('keyForm.from')}
            value={draft.from}
            options={choices.map((value) => ({ value, name: t(`keyForm.${value}`) }))}
            onChange={(from) => onChange({ ...draft, from })}
          />
        </div>
      )}
      {draft.from === 'keychain' && (
        <TextField
          type="password"
          label={t('keyForm.key')}
          hint={t('keyForm.keyHint')}
          problem={said}
          value={draft.key}
          onChange={({ target }) => onChange({ ...draft, key: target.value })}
        />
      )}
      {draft.from === 'env' && (
        <TextField
          label={t('keyForm.variable')}
          hint={t('keyForm.variableHint')}
          placeholder="OPENAI_API_KEY"
          problem={said}
          value={draft.env}
          onChange={({ target }) => onChange({ ...draft, env: target.value })}
        />
      )}
      {draft.from === 'none' && <p className="text-xs text-ink-faint">{t('keyForm.noneHint')}</p>}
    </div>
  );
}
