import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/control.ts';
import { useCommand } from '../../call.ts';
import { TextField } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';

/** What one tool may take: turns a minute and at one time; empty is as many as it likes. */
export function LimitDialog({
  tool: { name, limits },
  onClose,
}: {
  readonly tool: CallOutput<'tool.list'>['tools'][number];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation(['tools', 'common']);
  const save = useCommand('tool.limit', ['tool.list']);
  const [perMinute, setPerMinute] = useState(textOf(limits.turnsPerMinute));
  const [open, setOpen] = useState(textOf(limits.openTurns));
  const turnsPerMinute = limitOf(perMinute);
  const openTurns = limitOf(open);
  return (
    <FormDialog
      title={t('limit.title', { name })}
      busy={save.isPending}
      disabled={turnsPerMinute === 'bad' || openTurns === 'bad'}
      error={save.error}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        if (save.isPending || turnsPerMinute === 'bad' || openTurns === 'bad') return;
        save.mutate(
          {
            name,
            limits: {
              ...(turnsPerMinute === null ? {} : { turnsPerMinute }),
              ...(openTurns === null ? {} : { openTurns }),
            },
          },
          { onSuccess: onClose },
        );
      }}
    >
      <p className="mb-3 text-ink-soft">{t('limit.lead')}</p>
      <div className="grid grid-cols-2 gap-4">
        <TextField
          label={t('limit.perMinuteField')}
          inputMode="numeric"
          data-autofocus="true"
          value={perMinute}
          problem={turnsPerMinute === 'bad' ? t('limit.problem') : null}
          onChange={({ target }) => setPerMinute(target.value)}
        />
        <TextField
          label={t('limit.openField')}
          inputMode="numeric"
          value={open}
          problem={openTurns === 'bad' ? t('limit.problem') : null}
          onChange={({ target }) => setOpen(target.value)}
        />
      </div>
    </FormDialog>
  );
}

function textOf(limit: number | undefined): string {
  return limit === undefined ? '' : String(limit);
}

/** Null is no limit. */
function limitOf(text: string): number | null | 'bad' {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^[1-9]\d{0,8}$/.test(trimmed) ? Number(trimmed) : 'bad';
}
