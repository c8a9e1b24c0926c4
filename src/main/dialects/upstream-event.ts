import { openAIUsage } from '../../shared/usage.ts';
import { watch } from '../envelope/watch.ts';
import { readMembers } from './answer-body.ts';
import type { AnswerFacts } from './dialect.ts';

const EVENT = watch({
  type: true,
  id: true,
  response_id: true,
  stream_id: true,
  status: true,
  code: true,
  error: { code: true, type: true },
  response: { id: true, model: true, service_tier: true, usage: true, error: { code: true } },
  session: { model: true },
});

/** The events that end a response (spec B.7); a bare `error` event does not. */
const TERMINAL: ReadonlySet<string> = new Set(
  ['completed', 'done', 'failed', 'incomplete', 'cancelled', 'canceled'].map((end) => `response.${end}`),
);

/** The event that begins a response. */
export const CREATED = 'response.created';

/** What an upstream's event means for the turns of a session. */
export type EventKind = 'created' | 'token' | 'terminal' | 'error' | 'session' | 'other';

/** One event of an upstream as the turn accounting sees it. */
export interface UpstreamEvent {
  readonly kind: EventKind;
  readonly responseId: string | null;
  readonly streamId: string | null;
  readonly facts: Omit<AnswerFacts, 'responseId'>;
  /** The HTTP status an error event speaks of. */
  readonly status: number | null;
  readonly sessionModel: string | null;
}

/** What a type means; an empty type has to be looked for in the whole event first. */
export function kindOfEvent(type: string): EventKind {
  if (type === CREATED) return 'created';
  if (TERMINAL.has(type)) return 'terminal';
  if (type === 'error') return 'error';
  if (type === 'session.created' || type === 'session.updated') return 'session';
  const token =
    type.endsWith('.delta') || type === 'response.output_text.done' || type === 'response.function_call_arguments.done';
  return token ? 'token' : 'other';
}

const FRONT = '{"type":"';
const QUOTE = '"';

/** The longest type that matters is far shorter than this. */
const LONGEST_TYPE = 64;

/** The bytes that suffice to see the type where upstreams put it. */
export const TYPE_REACH = FRONT.length + LONGEST_TYPE + 1;

/** The event's type where it stands in its usual place, at the front; null when it must be looked for. */
export function typeAtFront(payload: Buffer): string | null {
  const head = payload.toString('latin1', 0, TYPE_REACH);
  if (!head.startsWith(FRONT)) return null;
  const end = head.indexOf(QUOTE, FRONT.length);
  return end === -1 || head.includes('\\') ? null : head.slice(FRONT.length, end);
}

/** Reads an event whole; null when it is no JSON object, which is then none of the accounting's business. */
export function readEvent(payload: Buffer): UpstreamEvent | null {
  const members = readMembers(payload, EVENT);
  if (members === null) return null;
  const kind = kindOfEvent(members.text('type') ?? '');
  const failure = members.text('response.error.code');
  const status = kind === 'error' ? members.json('status') : null;
  return {
    kind,
    // A bare id names the response in terminal events only: elsewhere it may be the event's own.
    responseId:
      members.text('response.id') ?? members.text('response_id') ?? (kind === 'terminal' ? members.text('id') : null),
    streamId: members.text('stream_id'),
    facts: {
      model: members.text('response.model'),
      // What is created echoes the request; only an end tells what was served.
      tier: kind === 'terminal' ? members.text('response.service_tier') : null,
      usage: openAIUsage(kind === 'terminal' ? members.json('response.usage') : null),
      error:
        kind === 'error'
          ? (members.text('error.code') ?? members.text('code') ?? members.text('error.type') ?? 'upstream_error_event')
          : kind === 'terminal' && members.text('type') === 'response.failed'
            ? (failure ?? 'response_failed')
            : null,
    },
    status: typeof status === 'number' ? status : null,
    sessionModel: kind === 'session' ? members.text('session.model') : null,
  };
}
