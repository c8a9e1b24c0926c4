import { useTranslation } from 'react-i18next';
import type { OpenSession } from '../../../shared/control.ts';
import { Panel } from '../../components/panel.tsx';
import { TierChip } from '../../components/tier-chip.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { timeOfDay } from '../../words/figure.ts';
import { sentTierOf } from '../../words/tier-word.ts';

/** The WebSocket sessions that are open now, each with its last turns' tiers in order. */
export function OpenSessions({ sessions }: { readonly sessions: readonly OpenSession[] }) {
  const { t } = useTranslation('overview');
  if (sessions.length === 0) return null;
  return (
    <Panel title={t('sessions', { count: sessions.length })}>
      <ul
        className="flex max-h-72 flex-col gap-2 overflow-y-auto px-4 py-2.5"
        tabIndex={0}
        aria-label={t('sessionList')}
      >
        {sessions.map((session) => (
          <li key={session.id} className="flex min-w-0 flex-col gap-1">
            <div className="flex items-baseline gap-2">
              <span className="truncate font-medium">{session.tool}</span>
              <span className="truncate text-ink-soft">{session.model ?? <Unknown why={t('noModel')} />}</span>
              <span className="ml-auto text-xs whitespace-nowrap text-ink-faint tabular-nums">
                {t('since', { time: timeOfDay(session.startedAt) })} ·{' '}
                {t('turns', { count: session.turns, turns: String(session.turns) })}
              </span>
            </div>
            <span className="flex flex-wrap items-center gap-1">
              {session.tiers.map((tier, index) => (
                <TierChip key={index} role="sent" figure={sentTierOf(tier)} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
