import type { IncomingHttpHeaders } from 'node:http';
import type { Asked } from '../dialects/dialect.ts';
import { membersAt, textAt } from '../dialects/member.ts';

/** Headers by which tools name a conversation, the most particular first. */
const NAMED = [
  'session_id',
  'session-id',
  'conversation_id',
  'x-claude-code-session-id',
  'x-session-id',
  'x-opencode-session',
  'x-client-session-id',
] as const;

/** Longer names are cut: they are looked up and kept on every row. */
const LONGEST = 128;

/** What the turns of one conversation share; null where the tool says nothing of it. */
export function conversationOf(headers: IncomingHttpHeaders, asked: Asked | null): string | null {
  for (const name of NAMED) {
    const value = headers[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim().slice(0, LONGEST);
  }
  return asked === null ? null : said(asked, 'prompt_cache_key');
}

/** The response that a request continues; null where it continues none. */
export function previousResponseOf(asked: Asked): string | null {
  return said(asked, 'previous_response_id');
}

function said({ bytes, envelope }: Asked, name: string): string | null {
  const text = textAt(bytes, membersAt(envelope, name))?.trim() ?? '';
  return text === '' ? null : text.slice(0, LONGEST);
}
