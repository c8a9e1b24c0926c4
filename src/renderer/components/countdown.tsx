import { useTranslation } from 'react-i18next';
import { countdown, timeOfDay } from '../words/figure.ts';

/** What is left until an instant; `now` is given by what counts for the whole page. */
export function Countdown({ until, now }: { readonly until: number; readonly now: number }) {
  const { t } = useTranslation('accounts');
  return (
    <span role="timer" title={timeOfDay(until)} className="whitespace-nowrap tabular-nums">
      {t('left', { time: countdown(until - now) })}
    </span>
  );
}
