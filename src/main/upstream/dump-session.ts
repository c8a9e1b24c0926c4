import type { DialRequest, DialResult } from './dial.ts';
import type { UpstreamRequest } from './dispatch.ts';
import type { Dump } from './dump.ts';

/** What stands where a session began before dumps were switched on. */
const NO_HEADERS = Buffer.from('[the headers of the handshake were not kept: dumps were off]\n');

/** What stands for the rest of a message that is passed on without being gathered. */
const TOO_LARGE = Buffer.from('\n[the rest of this message was too large]');

/** Of messages between turns no more are held, however short they are. */
const MOST_BEFORE = 1000;

const END = Buffer.from('\n');

/** A handshake as it was made, and what the upstream answered; `own` are the headers that the account's owner has set. */
export interface DumpedHandshake {
  readonly request: DialRequest;
  readonly rawHeaders: readonly string[];
  readonly own: Readonly<Record<string, string>>;
}

/** What is written down of one turn of a session; nothing of it waits, throws or answers. */
export interface DumpedTurn {
  /** One message of the answer; of one that is not whole only the beginning is there. */
  message(payload: Buffer, whole: boolean): void;
  /** True once no more messages are kept. */
  readonly full: boolean;
  /** The turn is over; why without its end, or null where that has come. */
  end(failure: string | null): void;
}

/** Writes down a dial that failed, once the turn is known that it was made for. */
export type DumpedDial = (turn: string, attempt: number) => void;

/**
 * The dumps of one session's turns: the handshake, then the messages, one a line, as they were before they were compressed.
 * A turn's request has what went up since the turn before too, since that may be what it is about.
 */
export class SessionDump {
  readonly #dump: Pick<Dump, 'begin' | 'enabled' | 'maxBytes'>;
  readonly #handshake: DumpedHandshake;
  readonly #isKnown: boolean;
  #before: Buffer[] = [];
  #size = 0;

  constructor(dump: Pick<Dump, 'begin' | 'enabled' | 'maxBytes'>, handshake: DumpedHandshake) {
    const { request, own } = handshake;
    this.#dump = dump;
    this.#isKnown = dump.enabled;
    // An idle session is not to keep what it may never need.
    this.#handshake = this.#isKnown
      ? handshake
      : { request: { origin: request.origin, path: request.path, headers: [], protocols: [] }, rawHeaders: [], own };
  }

  /** A message that began no turn has gone up. */
  sent(message: Buffer): void {
    if (!this.#dump.enabled) {
      if (this.#before.length > 0) this.#forget();
      return;
    }
    this.#before.push(message, END);
    this.#size += message.length;
    while (this.#before.length > 0 && (this.#size > this.#dump.maxBytes || this.#before.length > 2 * MOST_BEFORE)) {
      const [oldest] = this.#before.splice(0, 2);
      this.#size -= oldest?.length ?? 0;
    }
  }

  /** A turn has gone up, or was begun by the upstream itself where the message is null; null while dumps are off. */
  turn(id: string, attempt: number, message: Buffer | null): DumpedTurn | null {
    const { request, rawHeaders, own } = this.#handshake;
    const before = this.#before;
    this.#forget();
    const body = [...(this.#isKnown ? [] : [NO_HEADERS]), ...before, ...(message === null ? [] : [message, END])];
    const dumped = this.#dump.begin(id, attempt, { ...upgradeOf(request, this.#isKnown), body }, own);
    if (dumped === null) return null;
    dumped.response(101, rawHeaders);
    if (!this.#isKnown) dumped.data(NO_HEADERS);
    return {
      message: (payload, whole) => {
        dumped.data(payload);
        if (!whole) dumped.data(TOO_LARGE);
        dumped.data(END);
      },
      get full() {
        return dumped.full;
      },
      end: (failure) => {
        dumped.end(failure);
      },
    };
  }

  #forget(): void {
    this.#before = [];
    this.#size = 0;
  }
}

/** Keeps a dial that failed for the dump of the turn it was made for; null while dumps are off. */
export function dumpedDial(
  dump: Pick<Dump, 'begin' | 'enabled'>,
  failure: Exclude<DialResult, { kind: 'open' }> & { readonly request: DialRequest },
  own: Readonly<Record<string, string>>,
): DumpedDial | null {
  if (!dump.enabled) return null;
  return (turn, attempt) => {
    const dumped = dump.begin(turn, attempt, { ...upgradeOf(failure.request, true), body: null }, own);
    if (failure.kind === 'refused') {
      dumped?.response(failure.status, failure.rawHeaders);
      dumped?.data(failure.body);
      dumped?.end(null);
    } else dumped?.end(failure.kind === 'timeout' ? failure.kind : failure.code);
  };
}

/** A handshake as a request; what is the same in every one, and the key that is not, are left out. */
function upgradeOf(
  { origin, path, headers, protocols }: DialRequest,
  whole: boolean,
): Omit<UpstreamRequest, 'body'> & { method: 'GET' } {
  const upgrade = whole ? ['connection', 'Upgrade', 'upgrade', 'websocket'] : [];
  const offered = protocols.length > 0 ? ['sec-websocket-protocol', protocols.join(', ')] : [];
  return { method: 'GET', origin, path, headers: [...upgrade, ...offered, ...headers] };
}
