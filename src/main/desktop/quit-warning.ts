import type { Status } from '../../shared/control.ts';
import type { Language } from '../../shared/language.ts';
import type { Turn } from '../../shared/turn.ts';
import { type Speech, speechOf } from './desktop-words.ts';

/** A tool that was here within this time still points at the gateway, as far as anybody can tell. */
const LATELY_MS = 15 * 60_000;

/** What is looked at before the app ends. */
export interface QuitInput {
  readonly status: Pick<Status, 'baseUrl' | 'openTurns' | 'sessions' | 'sandbox'>;
  readonly recent: readonly Pick<Turn, 'tool' | 'endedAt'>[];
  readonly now: number;
  readonly language: Language;
}

/** What the person should know before the gateway stops; null when nobody would miss it. */
export function quitWarning({ status, recent, now, language }: QuitInput): string | null {
  // A gateway that does not listen has nobody pointing at it who gets an answer now.
  if (status.baseUrl === null) return null;
  const lately = recent.filter(({ endedAt }) => now - endedAt < LATELY_MS).map(({ tool }) => tool);
  const tools = [...new Set([...status.sessions.map(({ tool }) => tool), ...lately])].sort();
  const speech = speechOf(language);
  const { say } = speech;
  const open = status.openTurns;
  const lines = [
    ...(open === 0 ? [] : [open === 1 ? say('quit_turn') : say('quit_turns', { count: open })]),
    ...(tools.length === 0
      ? []
      : [say(tools.length === 1 ? 'quit_tool' : 'quit_tools', { tools: listed(tools, speech) })]),
  ];
  return lines.length === 0 ? null : lines.join('\n');
}

function listed(names: readonly string[], { locale, say }: Speech): string {
  const shown = names.slice(0, 4);
  const more = names.length - shown.length;
  // British English puts no comma before its "and".
  const list = new Intl.ListFormat(locale === 'en' ? 'en-GB' : locale, { type: 'conjunction' });
  return list.format(more === 0 ? shown : [...shown, say('more', { count: more })]);
}
