import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { hrefOf } from '../../address.ts';
import { TierChip } from '../../components/tier-chip.tsx';
import { duration } from '../../words/figure.ts';
import { sentTierOf } from '../../words/tier-word.ts';

/** Every try to get a turn answered, and why it went on from each. */
export function TurnAttempts({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  return (
    <ol className="flex flex-col gap-1.5 text-xs">
      {turn.attempts.map((attempt, index) => (
        <li key={index} className="grid grid-cols-[1.25rem_minmax(0,1fr)_auto] items-center gap-x-2">
          <span className="text-ink-faint tabular-nums">{index + 1}</span>
          <span className="flex min-w-0 items-center gap-2">
            <a href={hrefOf('accounts', attempt.account)} className="truncate font-medium text-accent hover:underline">
              {attempt.account}
            </a>
            {attempt.keyFingerprint !== null && (
              <code className="font-mono text-ink-faint">{attempt.keyFingerprint}</code>
            )}
            <TierChip role="sent" figure={sentTierOf(attempt.sentTier)} />
          </span>
          <span className="text-right tabular-nums">
            <span className={attempt.error === null ? 'text-good' : 'text-bad'}>
              {attempt.status ?? t('unreachable')}
              {attempt.error !== null && ` ${attempt.error}`}
            </span>{' '}
            <span className="text-ink-faint">{t('after', { time: duration(attempt.startedAt - turn.startedAt) })}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
