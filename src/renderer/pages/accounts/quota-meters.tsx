import { useTranslation } from 'react-i18next';
import type { AccountState } from '../../../shared/control.ts';
import { Meter } from '../../components/meter.tsx';
import { quotaName } from '../../words/account-word.ts';
import { distanceOf, momentOf, percent } from '../../words/figure.ts';

/** How far a plan's quotas are used up, as the upstream told it last. */
export function QuotaMeters({ quotas, now }: { readonly quotas: AccountState['quotas']; readonly now: number }) {
  const { t } = useTranslation('accounts');
  if (quotas.length === 0) return <p className="text-ink-soft">{t('quota.none')}</p>;
  return (
    <ul className="flex flex-col gap-2.5">
      {quotas.map(({ minutes, usedPercent, resetsAt, seenAt }) => (
        <li key={minutes} className="flex flex-col gap-1">
          <p className="flex justify-between gap-2 text-xs">
            <span className="font-medium">{quotaName(minutes)}</span>
            <span className="tabular-nums">{t('quota.used', { percent: percent(usedPercent) })}</span>
          </p>
          <Meter
            label={quotaName(minutes)}
            percent={usedPercent}
            tone={usedPercent >= 95 ? 'bad' : usedPercent >= 80 ? 'warn' : 'accent'}
          />
          <p className="text-xs text-ink-faint">
            {[
              ...(resetsAt === null ? [] : [t('quota.resets', { time: momentOf(resetsAt) })]),
              t('quota.seen', { time: distanceOf(seenAt, now) }),
            ].join(' · ')}
          </p>
        </li>
      ))}
    </ul>
  );
}
