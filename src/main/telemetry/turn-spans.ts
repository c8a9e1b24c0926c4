import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  type IdGenerator,
  RandomIdGenerator,
  type ReadableSpan,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Turn } from '../../shared/turn.ts';
import { type FindAccount, attemptAttributes, attemptsOf, turnAttributes } from './turn-attributes.ts';

/** Makes the spans of turns that have ended: one for the turn, and under it one for each try to get it answered. */
export class TurnSpans {
  readonly #account: FindAccount;
  readonly #ids = new TurnIds();
  readonly #ended: ReadableSpan[] = [];
  readonly #tracer: Tracer;

  constructor(resource: Resource, account: FindAccount, version: string) {
    this.#account = account;
    const gather: SpanProcessor = {
      onStart: () => undefined,
      onEnd: (span) => this.#ended.push(span),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    };
    const provider = new TracerProvider({ resource, spanProcessors: [gather], idGenerator: this.#ids });
    this.#tracer = provider.getTracer('tiergate', version);
  }

  /** The spans of some turns, in their order. */
  of(turns: readonly Turn[]): ReadableSpan[] {
    for (const turn of turns) this.#make(turn);
    return this.#ended.splice(0);
  }

  #make(turn: Turn): void {
    const account = turn.account === null ? null : this.#account(turn.account);
    const attributes = turnAttributes(turn, account);
    const name = [attributes['gen_ai.operation.name'], attributes['gen_ai.request.model']];
    this.#ids.next = turn.id;
    const root = this.#tracer.startSpan(
      name.filter((part) => part !== undefined).join(' '),
      { kind: SpanKind.CLIENT, startTime: turn.startedAt, attributes },
      ROOT_CONTEXT,
    );
    this.#attempts(turn, trace.setSpan(ROOT_CONTEXT, root));
    // A tool that lost interest is nobody's failure.
    if (attributes['error.type'] !== undefined && turn.error !== 'tool_left')
      root.setStatus({ code: SpanStatusCode.ERROR, message: turn.error ?? '' });
    if (turn.firstTokenAt !== null) root.addEvent('tiergate.first_token', turn.firstTokenAt);
    root.end(turn.endedAt);
  }

  #attempts(turn: Turn, parent: Context): void {
    attemptsOf(turn).forEach((attempt, index, all) => {
      const attributes = attemptAttributes(attempt, index, this.#account(attempt.account), turn.transport);
      const span = this.#tracer.startSpan(
        turn.transport === 'http' ? 'POST' : 'response.create',
        { kind: SpanKind.CLIENT, startTime: attempt.startedAt, attributes },
        parent,
      );
      if (attributes['error.type'] !== undefined && attempt.error !== 'tool_left')
        span.setStatus({ code: SpanStatusCode.ERROR, message: attempt.error ?? '' });
      span.end(all[index + 1]?.startedAt ?? turn.endedAt);
    });
  }
}

/** A trace is named after its turn, so that a row of the ledger leads to its trace. */
class TurnIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  next = '';

  generateTraceId(): string {
    const id = this.next.replaceAll('-', '');
    return /^[0-9a-f]{32}$/.test(id) && !/^0+$/.test(id) ? id : this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#random.generateSpanId();
  }
}
