import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../shared/calls/app.ts';
import { Chip, type ChipTone } from '../../components/chip.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { type VirtualColumn, VirtualTable } from '../../components/virtual-table.tsx';
import { type LogRow, lineText } from '../../log-rows.ts';
import { timeOfDay, momentOf } from '../../words/figure.ts';
import { sentenceWords } from '../../words/sentence-word.ts';

const TONES: Readonly<Record<LogLine['level'], ChipTone>> = {
  debug: 'plain',
  info: 'auto',
  warn: 'warn',
  error: 'bad',
};

/** Lines of the log, newest first. */
export function LogTable({
  rows,
  onOpen,
}: {
  readonly rows: readonly LogRow[];
  readonly onOpen: (line: LogLine) => void;
}) {
  const { t } = useTranslation('logs');
  const columns = useMemo(
    (): VirtualColumn<LogRow>[] => [
      {
        id: 'at',
        title: t('columns.at'),
        width: '5rem',
        cell: ({ line }) => (
          <time
            className="text-ink-soft tabular-nums"
            dateTime={new Date(line.at).toISOString()}
            title={momentOf(line.at)}
          >
            {timeOfDay(line.at)}
          </time>
        ),
      },
      {
        id: 'level',
        title: t('columns.level'),
        width: '4.5rem',
        cell: ({ line: { level } }) => <Chip tone={TONES[level]}>{t(`levels.${level}`)}</Chip>,
      },
      {
        id: 'message',
        title: t('columns.message'),
        width: 'minmax(10rem, 1fr)',
        head: true,
        cell: ({ line }) => {
          const message = line.message === '' ? t('noMessage') : sentenceWords(line.message);
          return (
            <button
              type="button"
              aria-label={t('open', { message })}
              title={message}
              className="max-w-full truncate rounded-xs text-left align-middle font-medium hover:underline"
              onClick={() => onOpen(line)}
            >
              {message}
            </button>
          );
        },
      },
      {
        id: 'fields',
        title: t('columns.fields'),
        width: 'minmax(10rem, 1.4fr)',
        cell: ({ fields }) => (
          <span className="font-mono text-xs text-ink-soft" title={fields}>
            {fields}
          </span>
        ),
      },
      {
        id: 'copy',
        title: <span className="sr-only">{t('columns.copy')}</span>,
        width: '1.75rem',
        cell: ({ line }) => (
          <CopyButton text={lineText(line)} label={t('copyLine', { message: sentenceWords(line.message) })} />
        ),
      },
    ],
    [onOpen, t],
  );
  return (
    <VirtualTable label={t('list')} columns={columns} rows={rows} keyOf={({ key }) => key} minWidth="min-w-[44rem]" />
  );
}
