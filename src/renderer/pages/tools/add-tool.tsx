import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ToolNameSchema } from '../../../shared/settings.ts';
import { useCommand } from '../../call.ts';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { NewKey } from './new-key.tsx';

/** Makes a tool and shows its key, once. */
export function AddTool({
  baseUrl,
  taken,
  onClose,
}: {
  readonly baseUrl: string | null;
  /** The names that other tools have. */
  readonly taken: readonly string[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['tools', 'common']);
  const add = useCommand('tool.add', ['tool.list', 'status.get']);
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const name = text.trim();
  const problem =
    name === ''
      ? 'missing'
      : taken.includes(name)
        ? 'taken'
        : ToolNameSchema.safeParse(name).success
          ? null
          : ('bad' as const);
  if (add.data !== undefined) {
    return (
      <Dialog key="made" title={t('key.title', { name: add.data.name })} onClose={onClose}>
        <NewKey name={add.data.name} localKey={add.data.key} baseUrl={baseUrl} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      key="asking"
      title={t('add.title')}
      save={t('add.do')}
      busy={add.isPending}
      error={add.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!add.isPending && problem === null) add.mutate({ name });
      }}
    >
      <p className="mb-3 text-ink-soft">{t('add.lead')}</p>
      <TextField
        label={t('add.name')}
        placeholder="codex"
        data-autofocus="true"
        value={text}
        problem={problem !== null && (tried || problem !== 'missing') ? t(`add.problem.${problem}`) : null}
        onChange={({ target }) => setText(target.value)}
      />
    </FormDialog>
  );
}
