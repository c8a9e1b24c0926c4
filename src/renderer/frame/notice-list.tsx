import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Notice } from '../../shared/control.ts';
import { errorWords } from '../words/error-word.ts';
import { timeOfDay } from '../words/figure.ts';
import { Button } from '../components/button.tsx';

/** More would push the page out of a small window. */
const SHOWN = 2;

/** What the person should know, each with what to do about it; a notice stays until its cause is gone. */
export function NoticeList({ notices }: { readonly notices: readonly Notice[] }) {
  const { t } = useTranslation('shell');
  const [all, setAll] = useState(false);
  if (notices.length === 0) return null;
  const newestFirst = [...notices].sort((a, b) => b.at - a.at);
  const shown = all ? newestFirst : newestFirst.slice(0, SHOWN);
  return (
    <section aria-label={t('notices')} className="border-b border-line bg-warn-wash">
      <ul className="flex flex-col">
        {shown.map((notice) => (
          <NoticeRow key={`${notice.code} ${notice.message}`} notice={notice} />
        ))}
      </ul>
      {notices.length > SHOWN && (
        <div className="px-4 pb-2">
          <Button size="small" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t('noticesFewer') : t('noticesMore', { count: notices.length - SHOWN })}
          </Button>
        </div>
      )}
    </section>
  );
}

function NoticeRow({ notice }: { readonly notice: Notice }) {
  const { message, next } = errorWords(notice.code, notice.message) ?? notice;
  return (
    <li className="flex gap-2.5 px-4 py-2">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
      <p className="min-w-0 flex-1 wrap-break-word">
        <span className="font-medium">{message}</span> <span className="text-ink-soft">{next}</span>
      </p>
      <time dateTime={new Date(notice.at).toISOString()} className="text-xs text-ink-soft tabular-nums">
        {timeOfDay(notice.at)}
      </time>
    </li>
  );
}
