import { Pause, Play, ScrollText, SearchX } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../shared/calls/app.ts';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { PageHeader } from '../../components/page.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Segments } from '../../components/segments.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useStatus } from '../../gateway-state.ts';
import { lineText, logRows } from '../../log-rows.ts';
import { navigate, useRoute } from '../../route.ts';
import { fullCount, momentOf } from '../../words/figure.ts';
import { sentenceWords } from '../../words/sentence-word.ts';
import { LogTable } from './log-table.tsx';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** So many of the newest lines are shown; older ones are for an editor. */
const MOST = 1000;

/** Milliseconds after which new lines are asked for: the log is a file, and nothing pushes it. */
const EVERY = 800;

/** What the gateway says about itself, as it says it. */
export function LogsPage() {
  const { t } = useTranslation('logs');
  const { query } = useRoute();
  const { data: status } = useStatus();
  const level = LEVELS.find((known) => known === query['level']) ?? 'info';
  const text = query['text'] ?? '';
  const [live, setLive] = useState(true);
  const [open, setOpen] = useState<LogLine | null>(null);
  // The file is English, so what is looked for in another script is looked for here, in the words that are shown.
  const isForeign = /\p{Script=Han}/u.test(text);
  const log = useAnswer(
    'log.page',
    { level, text: isForeign ? '' : text, limit: MOST },
    { keep: true, ...(live ? { every: EVERY } : {}) },
  );
  const read = log.data?.lines;
  const lines = useMemo(
    () => (isForeign ? read?.filter(({ message }) => sentenceWords(message).includes(text)) : read),
    [isForeign, read, text],
  );
  const rows = useMemo(() => logRows(lines ?? []), [lines]);
  const go = useCallback((next: Readonly<Record<string, string>>) => {
    navigate(hrefOf('logs', null, next), { replace: true });
  }, []);
  const narrow = (change: Readonly<Record<string, string>>): void => {
    const wanted = Object.entries({ ...query, ...change }).filter(([, value]) => value !== '');
    go(Object.fromEntries(wanted));
  };

  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-col gap-3 border-b border-line px-4 pt-6 pb-3 max-[1023px]:pt-4">
        <PageHeader
          title={t('title')}
          actions={
            <>
              {status !== undefined && (
                <CopyButton look="quiet" size="normal" text={`${status.home}/logs/tiergate.log`} label={t('file')}>
                  {t('file')}
                </CopyButton>
              )}
              <Button onClick={() => setLive(!live)}>
                {live ? (
                  <Pause aria-hidden="true" className="size-3.5" />
                ) : (
                  <Play aria-hidden="true" className="size-3.5" />
                )}
                {live ? t('pause') : t('resume')}
              </Button>
            </>
          }
        >
          {t('lead')}
        </PageHeader>
        <div role="search" aria-label={t('filters')} className="flex flex-wrap items-center gap-3">
          <Segments
            label={t('level')}
            value={level}
            options={LEVELS.map((value) => ({ value, name: t(`levels.${value}`) }))}
            onChange={(next) => narrow({ level: next === 'info' ? '' : next })}
          />
          <SearchBox
            label={t('search')}
            hint={t('searchWhy')}
            text={text}
            onChange={(next) => narrow({ text: next })}
          />
          <span className="inline-flex items-center gap-1.5 text-xs text-ink-soft">
            {live && <span aria-hidden="true" className="size-1.5 animate-breathe rounded-full bg-good" />}
            {live ? t('live') : t('paused')}
            {lines !== undefined && (
              <span className="tabular-nums">
                ·{' '}
                {lines.length === MOST
                  ? t('countMost', { figure: fullCount(MOST) })
                  : t('count', { count: lines.length, figure: fullCount(lines.length) })}
              </span>
            )}
          </span>
        </div>
        {log.error !== null && lines !== undefined && (
          <ErrorState error={log.error} onRetry={() => void log.refetch()} />
        )}
      </div>
      <div className="min-h-0 flex-1">
        {lines === undefined ? (
          log.error === null ? (
            <Skeleton label={t('reading')} rows={8} />
          ) : (
            <div className="p-4">
              <ErrorState error={log.error} onRetry={() => void log.refetch()} />
            </div>
          )
        ) : rows.length > 0 ? (
          <LogTable rows={rows} onOpen={setOpen} />
        ) : text === '' && level === 'debug' ? (
          <EmptyState icon={<ScrollText />} title={t('empty.title')}>
            <p className="mb-4">{t('empty.text')}</p>
            <ButtonLink href={hrefOf('turns')}>{t('empty.turns')}</ButtonLink>
          </EmptyState>
        ) : (
          <EmptyState icon={<SearchX />} title={t('nothingFound.title')}>
            <p className="mb-4">{t('nothingFound.text')}</p>
            <Button onClick={() => go({ level: 'debug' })}>{t('nothingFound.clear')}</Button>
          </EmptyState>
        )}
      </div>
      {open !== null && (
        <Dialog wide title={t('line')} onClose={() => setOpen(null)}>
          <p className="mb-2 text-ink-soft wrap-break-word">
            <span className="font-medium text-ink">{sentenceWords(open.message)}</span> · {momentOf(open.at)}
          </p>
          <CodeBlock label={t('line')} text={lineText(open, 2)} />
        </Dialog>
      )}
    </div>
  );
}
