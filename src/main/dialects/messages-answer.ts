import { type Usage, NO_USAGE, messagesUsage } from '../../shared/usage.ts';
import { watch } from '../envelope/watch.ts';
import { type AnswerMembers, BodyReader, readMembers } from './answer-body.ts';
import { type AnswerFacts, type AnswerReader, NOTHING_SAID } from './dialect.ts';
import { type SseInterest, SseWalker } from './sse.ts';

const MESSAGE = { id: true, model: true, usage: true } as const;
const BODY = watch({ ...MESSAGE, type: true, error: { type: true } });
const EVENT = watch({ type: true, message: MESSAGE, usage: true, error: { type: true } });

/** The events that say something of the turn; all others only carry the answer. */
const WANTED: ReadonlySet<string> = new Set(['message_start', 'message_delta', 'message_stop', 'error']);
const TYPE = /"type"\s*:\s*"(message_start|message_delta|message_stop|error)"/;
const LONGEST_WANTED = Math.max(...[...WANTED].map((name) => name.length));

/**
 * The side view of a Messages stream. What `message_start` says of usage is overlaid by what each `message_delta` says:
 * those counts are running totals, so the last value of each counts, once.
 */
export class MessagesStreamReader implements AnswerReader, SseInterest {
  readonly #walker = new SseWalker(this);
  #usage: Readonly<Record<string, unknown>> = {};
  started = false;
  complete = false;
  facts: AnswerFacts = NOTHING_SAID;

  /** A failure that was told needs no broken connection to be noticed. */
  get mayEnd(): boolean {
    return this.complete || this.facts.error !== null;
  }

  get longestName(): number {
    return this.started ? LONGEST_WANTED : 256;
  }

  push(chunk: Buffer): void {
    if (!this.complete) this.#walker.push(chunk);
  }

  end(): void {
    if (!this.complete) this.#walker.end();
  }

  wants(event: string | null): boolean {
    if (event === 'content_block_delta') this.started = true;
    return event === null || WANTED.has(event);
  }

  payload(data: Buffer): boolean {
    const text = data.length > 4096 ? data.toString('latin1', 0, 4096) : data.toString('latin1');
    if (!this.started && text.includes('"content_block_delta"')) this.started = true;
    if (data.length <= 4096 && !TYPE.test(text)) return isWhole(data);
    const members = readMembers(data, EVENT);
    if (members === null) return false;
    this.#event(members);
    return true;
  }

  #event(members: AnswerMembers): void {
    switch (members.text('type')) {
      case 'message_start':
        this.#overlay(members.json('message.usage'));
        this.facts = {
          ...this.facts,
          responseId: members.text('message.id') ?? this.facts.responseId,
          model: members.text('message.model') ?? this.facts.model,
          // What it says was written is a beginning and no total: of a stream that is cut, nobody knows what was.
          usage: { ...messagesUsage(this.#usage), output: null },
        };
        return;
      case 'message_delta':
        this.#overlay(members.json('usage'));
        this.facts = { ...this.facts, tier: servedSpeed(this.#usage), usage: messagesUsage(this.#usage) };
        return;
      case 'message_stop':
        this.complete = true;
        return;
      case 'error':
        this.facts = { ...this.facts, error: members.text('error.type') ?? 'upstream_error_event' };
        return;
      case null:
      default:
    }
  }

  #overlay(usage: unknown): void {
    if (typeof usage !== 'object' || usage === null) return;
    const said = Object.entries(usage).filter(([, value]) => value !== null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(said) };
  }
}

/** An event that nobody wants is whole when it ends like an object; only then need no further line be waited for. */
function isWhole(data: Buffer): boolean {
  return data.at(-1) === 125;
}

/** The side view of a whole Messages body. */
export function messagesBodyReader(): AnswerReader {
  return new BodyReader(BODY, (members) => {
    const usage = members.json('usage');
    return {
      responseId: members.text('id'),
      model: members.text('model'),
      tier: servedSpeed(usage),
      usage: bodyUsage(usage),
      error: members.text('type') === 'error' ? (members.text('error.type') ?? 'upstream_error_event') : null,
    };
  });
}

function bodyUsage(usage: unknown): Usage {
  return usage === null ? NO_USAGE : messagesUsage(usage);
}

/** The tier that a usage says was served: its speed, else what it calls the service tier where that is Standard. */
function servedSpeed(usage: unknown): string | null {
  if (typeof usage !== 'object' || usage === null) return null;
  const { speed, service_tier: tier } = usage as { speed?: unknown; service_tier?: unknown };
  if (speed === 'fast') return 'priority';
  if (speed === 'standard' || tier === 'standard') return 'default';
  return tier === 'batch' ? 'batch' : null;
}
