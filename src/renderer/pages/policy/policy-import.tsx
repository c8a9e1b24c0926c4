import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose, DialogFoot } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Field, INPUT_CLASS } from '../../components/field.tsx';
import { FileButton } from '../../components/file-button.tsx';
import type { PolicyChanges } from '../../policy-save.ts';
import { sentenceWords } from '../../words/sentence-word.ts';
import { PolicySimulation } from './policy-simulation.tsx';
import { Sentence } from './rule-row.tsx';

/** Reads a policy from JSON, shows what it says and would change, and only then puts it in force. */
export function PolicyImport({ changes, onClose }: { readonly changes: PolicyChanges; readonly onClose: () => void }) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  const now = useMinute();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text);
  const read = useAnswer('policy.read', { text: wanted }, { enabled: wanted.trim() !== '' });
  const policy = text.trim() === '' ? null : (read.data?.policy ?? null);
  return (
    <Dialog wide title={t('import.title')} onClose={onClose}>
      <p className="text-ink-soft">{t('import.lead')}</p>
      <Field label={t('import.text')} className="mt-3">
        {(control) => (
          <textarea
            {...control}
            rows={7}
            spellCheck={false}
            data-autofocus="true"
            value={text}
            className={`${INPUT_CLASS} h-auto resize-y py-2 font-mono text-xs leading-5`}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <div className="mt-2">
        <FileButton label={t('import.file')} accept=".json,application/json" onText={setText} />
      </div>
      {read.error !== null && (
        <div className="mt-3">
          <ErrorState error={read.error} />
        </div>
      )}
      {text.trim() !== '' && (read.data?.problems.length ?? 0) > 0 && (
        <ul role="alert" className="mt-3 text-bad">
          {read.data?.problems.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {path === '' ? sentenceWords(message) : t('form.problem', { path, message: sentenceWords(message) })}
            </li>
          ))}
        </ul>
      )}
      {policy !== null && (
        <>
          <h3 className="mt-4 font-semibold">{t('import.rules', { count: policy.rules.length })}</h3>
          <ol className="mt-1.5 divide-y divide-line rounded-md border border-line">
            {policy.rules.map((rule) => (
              <li key={rule.id} className="px-3 py-2">
                <Sentence rule={rule} now={now} idle={!rule.enabled} />
              </li>
            ))}
          </ol>
          <h3 className="mt-4 mb-2 font-semibold">{t('before.simulation')}</h3>
          <PolicySimulation policy={policy} />
        </>
      )}
      {changes.save.error !== null && (
        <div className="mt-3">
          <ErrorState error={changes.save.error} />
        </div>
      )}
      <DialogFoot>
        <DialogClose>{t('common:cancel')}</DialogClose>
        <Button
          look="primary"
          disabled={policy === null}
          busy={changes.save.isPending}
          onClick={() => {
            if (policy === null) return;
            void changes.change({ kind: 'replace', policy }).then((done) => {
              if (done) onClose();
            });
          }}
        >
          {t('import.use')}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
