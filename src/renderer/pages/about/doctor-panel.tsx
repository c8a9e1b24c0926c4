import { CircleCheck, CircleX, type LucideIcon, RefreshCw, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Check } from '../../../shared/calls/app.ts';
import { useAnswer } from '../../call.ts';
import { presentTime } from '../../clock.ts';
import { Button } from '../../components/button.tsx';
import { classNames } from '../../components/class-names.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Switch } from '../../components/switch.tsx';
import { useStatus } from '../../gateway-state.ts';
import type { en } from '../../locales/en.ts';
import { doctorReport } from '../../words/doctor-report.ts';
import { fullCount, timeOfDay } from '../../words/figure.ts';
import { sentenceWords } from '../../words/sentence-word.ts';

/** How each result looks; the word beside it says the same. */
const LOOKS: Readonly<Record<Check['result'], { readonly icon: LucideIcon; readonly tone: string }>> = {
  ok: { icon: CircleCheck, tone: 'text-good' },
  warning: { icon: TriangleAlert, tone: 'text-warn' },
  failed: { icon: CircleX, tone: 'text-bad' },
};

/** What a gateway needs, looked at one by one, with what to do about what is not well. */
export function DoctorPanel() {
  const { t } = useTranslation('about');
  const { data: status } = useStatus();
  const [online, setOnline] = useState(false);
  const doctor = useAnswer('doctor.run', { online }, { keep: true });
  const checks = doctor.data?.checks;
  return (
    <Panel
      title={t('doctor.title')}
      actions={
        <span className="flex items-center gap-2">
          {checks !== undefined && (
            <CopyButton look="quiet" text={doctorReport(checks, status, presentTime())} label={t('doctor.copy')}>
              {t('doctor.copy')}
            </CopyButton>
          )}
          <Button size="small" busy={doctor.isFetching} onClick={() => void doctor.refetch()}>
            <RefreshCw aria-hidden="true" className="size-3.5" />
            {doctor.isFetching ? t('doctor.looking') : t('doctor.again')}
          </Button>
        </span>
      }
    >
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-2.5">
        <p role="status" className="font-medium">
          {checks !== undefined && (
            <>
              <Summary checks={checks} />{' '}
              <span className="text-xs font-normal text-ink-faint">
                {t('doctor.at', { time: timeOfDay(doctor.dataUpdatedAt) })}
              </span>
            </>
          )}
        </p>
        <span className="flex items-center gap-2.5" title={t('doctor.onlineWhy')}>
          <span className="text-xs text-ink-soft">{t('doctor.online')}</span>
          <Switch checked={online} label={t('doctor.online')} onChange={setOnline} />
        </span>
      </div>
      {doctor.error !== null && (
        <div className="p-4">
          <ErrorState error={doctor.error} onRetry={() => void doctor.refetch()} />
        </div>
      )}
      {checks !== undefined ? (
        <ul aria-label={t('doctor.list')}>
          {checks.map((check, index) => (
            <CheckRow key={`${check.id} ${index}`} check={check} />
          ))}
        </ul>
      ) : (
        doctor.error === null && <Skeleton label={t('doctor.reading')} rows={8} />
      )}
    </Panel>
  );
}

function Summary({ checks }: { readonly checks: readonly Check[] }) {
  const { t } = useTranslation('about');
  const failed = checks.filter(({ result }) => result === 'failed').length;
  const warnings = checks.filter(({ result }) => result === 'warning').length;
  if (failed + warnings === 0) return t('doctor.good', { figure: fullCount(checks.length) });
  return [
    ...(failed === 0 ? [] : [t('doctor.failures', { count: failed, figure: fullCount(failed) })]),
    ...(warnings === 0 ? [] : [t('doctor.warnings', { count: warnings, figure: fullCount(warnings) })]),
  ].join(' ');
}

function CheckRow({ check }: { readonly check: Check }) {
  const { t } = useTranslation(['about', 'common']);
  const { id, result, detail, next } = check;
  const { icon: Icon, tone } = LOOKS[result];
  return (
    <li data-check={id} data-result={result} className="flex gap-3 border-b border-line px-4 py-2.5 last:border-b-0">
      <span className={classNames('flex w-24 shrink-0 items-start gap-1.5 text-xs font-medium', tone)}>
        <Icon aria-hidden="true" className="mt-px size-4 shrink-0" />
        {t(`doctor.results.${result}`)}
      </span>
      <span className="w-28 shrink-0 font-medium">{isKnown(id) ? t(`checks.${id}`) : id}</span>
      <div className="min-w-0 flex-1">
        <p className="wrap-break-word text-ink-soft">{sentenceWords(detail)}</p>
        {next !== '' && (
          <p className="mt-0.5 wrap-break-word">
            <span className="font-medium">{t('common:next')} </span>
            {sentenceWords(next)}
          </p>
        )}
      </div>
    </li>
  );
}

type CheckName = keyof (typeof en)['about']['checks'];

const NAMES: Readonly<Record<CheckName, true>> = {
  version: true,
  folder: true,
  files: true,
  space: true,
  settings: true,
  ledger: true,
  clock: true,
  keychain: true,
  keys: true,
  port: true,
  upstream: true,
};

/** A newer gateway may look at more than this window has a name for. */
function isKnown(id: string): id is CheckName {
  return id in NAMES;
}
