import type { OpenSession } from '../../shared/control.ts';
import { TierChip } from '../components/tier-chip.tsx';
import { Unknown } from '../components/unknown.tsx';
import { fullCount, timeOfDay } from '../words/figure.ts';
import { sentTierOf } from '../words/tier-word.ts';

/** The WebSocket sessions that are open now: one line each, its last turns' tiers in order. */
export function OpenSessions({ sessions }: { readonly sessions: readonly OpenSession[] }) {
  if (sessions.length === 0) return null;
  return (
    <section
      aria-labelledby="open-sessions"
      className="max-h-32 overflow-y-auto border-b border-line px-4 py-2"
      tabIndex={0}
    >
      <h2 id="open-sessions" className="text-xs font-medium text-ink-soft">
        {fullCount(sessions.length)} open {sessions.length === 1 ? 'session' : 'sessions'}
      </h2>
      <ul className="mt-1 flex flex-col gap-1">
        {sessions.map((session) => (
          <li key={session.id} className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-medium">{session.tool}</span>
            <span className="text-ink-soft">{session.model ?? <Unknown why="no model named yet" />}</span>
            <span className="text-xs text-ink-soft tabular-nums">
              since {timeOfDay(session.startedAt)} · {fullCount(session.turns)} {session.turns === 1 ? 'turn' : 'turns'}
            </span>
            <span className="flex min-w-0 items-center gap-1">
              {session.tiers.map((tier, index) => (
                <TierChip key={index} role="sent" figure={sentTierOf(tier)} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
