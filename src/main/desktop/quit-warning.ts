import type { Status } from '../../shared/control.ts';
import type { Turn } from '../../shared/turn.ts';

/** A tool that was here within this time still points at the gateway, as far as anybody can tell. */
const LATELY_MS = 15 * 60_000;

/** What is looked at before the app ends. */
export interface QuitInput {
  readonly status: Pick<Status, 'baseUrl' | 'openTurns' | 'sessions' | 'sandbox'>;
  readonly recent: readonly Pick<Turn, 'tool' | 'endedAt'>[];
  readonly now: number;
}

/** What the person should know before the gateway stops; null when nobody would miss it. */
export function quitWarning({ status, recent, now }: QuitInput): string | null {
  // A gateway that does not listen has nobody pointing at it who gets an answer now.
  if (status.baseUrl === null) return null;
  const lately = recent.filter(({ endedAt }) => now - endedAt < LATELY_MS).map(({ tool }) => tool);
  const tools = [...new Set([...status.sessions.map(({ tool }) => tool), ...lately])].sort();
  const open = status.openTurns;
  const lines = [
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'turn is' : 'turns are'} under way; Tiergate waits for their end.`]),
    ...(tools.length === 0
      ? []
      : [`${listed(tools)} still ${tools.length === 1 ? 'points' : 'point'} at this gateway and will get no answer.`]),
  ];
  return lines.length === 0 ? null : lines.join('\n');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4);
  const more = names.length - shown.length;
  const parts = more === 0 ? shown : [...shown, `${more} more`];
  return parts.length === 1 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
