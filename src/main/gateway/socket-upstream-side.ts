import { typeAtFront } from '../dialects/upstream-event.ts';
import type { Log } from '../logs/log.ts';
import type { RedactedStream } from '../secrets/redact.ts';
import type { Fault } from '../upstream/fault.ts';
import { OPCODE } from '../upstream/frame-code.ts';
import {
  type Departure,
  type LinkEnd,
  type LinkListener,
  type UpstreamLink,
  detachable,
} from '../upstream/frame-link.ts';
import { QUOTA_EVENT } from '../upstream/plan-quota.ts';
import { ErrorCover } from './error-cover.ts';
import type { SocketEnding } from './socket-ending.ts';
import { endGoodbye } from './socket-goodbye.ts';
import type { ToolSide } from './socket-tool.ts';
import type { SocketTurns } from './socket-turns.ts';
import type { OpenedUpstream } from './socket-upstream.ts';
import { say } from '../../shared/sentences.ts';

/** What the upstream's end of a session works with. */
export interface UpstreamSideParts {
  readonly turns: SocketTurns;
  readonly ending: SocketEnding;
  readonly tool: () => ToolSide | null;
  /** Takes down what a login's upstream says of its plan; null where the session is over no login. */
  readonly quotas: () => ((payload: Buffer) => void) | null;
  /** Something came, so the session is in use. */
  readonly onActivity: () => void;
  /** A message or a turn may have ended, in a session that is not ending yet. */
  readonly onProgress: () => void;
  /** What was sent has gone out. */
  readonly onDrained: () => void;
  /** Covers provider keys in bytes, as many for as many where that is wanted. */
  readonly redact: { stream(sameLength?: boolean): RedactedStream };
  readonly log: Log;
  /** The session, in the log's words. */
  readonly about: () => Readonly<Record<string, unknown>>;
}

/** The upstream's end of a session: what comes from it is put on the bill first, and then goes to the tool. */
export class UpstreamSide implements LinkListener {
  readonly #parts: UpstreamSideParts;
  #link: UpstreamLink | null = null;
  #detach: () => void = () => undefined;
  readonly #cover: ErrorCover;

  constructor(parts: UpstreamSideParts) {
    this.#parts = parts;
    this.#cover = new ErrorCover(() => parts.redact.stream(true), false);
  }

  /** The connection; null while there is none. */
  get link(): UpstreamLink | null {
    return this.#link;
  }

  /** Takes a connection into use. */
  attach(opened: OpenedUpstream): void {
    const { listener, detach } = detachable(this);
    this.#detach = detach;
    this.#link = opened.attach(listener, this.#parts.tool()?.compressed === true);
  }

  /** Lets go of a connection that nothing was sent on, so that its end is not the session's. */
  leave(): void {
    this.#detach();
    this.#link?.destroy();
    this.#link = null;
  }

  wants(head: Buffer): boolean {
    const { turns, quotas } = this.#parts;
    return turns.wants(head) || (typeAtFront(head) === QUOTA_EVENT && quotas() !== null);
  }

  event(payload: Buffer, whole: boolean): void {
    const quotas = whole ? this.#parts.quotas() : null;
    if (quotas !== null && typeAtFront(payload) === QUOTA_EVENT) quotas(payload);
    this.#parts.turns.event(payload, whole);
  }

  bytes(bytes: Buffer): void {
    const { ending, tool, onActivity } = this.#parts;
    onActivity();
    const clean = this.#cover.push(bytes, this.#link?.inMessage !== true);
    if (!ending.said && clean !== undefined && clean.length > 0) this.#given(tool()?.bytes(clean));
    ending.inMessage = this.#link?.inMessage ?? false;
    this.#passed();
  }

  piece(piece: Buffer, binary: boolean, last: boolean): void {
    const { ending, tool, onActivity } = this.#parts;
    onActivity();
    // With the last words waiting, only the message under way is still given.
    if (!ending.said && (!ending.begun || ending.inMessage)) {
      const clean = binary ? piece : (this.#cover.push(piece, last) ?? NOTHING);
      if (last || clean.length > 0) this.#given(tool()?.piece(clean, binary, last));
      ending.inMessage = !last;
    }
    this.#passed();
  }

  control(opcode: number, payload: Buffer): void {
    const { ending, tool, onActivity } = this.#parts;
    onActivity();
    if (!ending.said) this.#given(tool()?.control(opcode === OPCODE.ping ? 'ping' : 'pong', payload));
  }

  drained(): void {
    this.#parts.onDrained();
  }

  departed(lane: string | null): Departure | null {
    return this.#parts.turns.departed(lane);
  }

  refused(status: number, error: string, lane: string | null, fault: Fault | null): void {
    this.#parts.turns.failed(status, error, lane, fault);
  }

  over(turn: string): void {
    this.#parts.turns.over(turn);
  }

  ended(end: LinkEnd): void {
    const { turns, ending, redact, log, about } = this.#parts;
    // The rows come before the tool can see the end.
    turns.end(ending.why ?? 'upstream_cut');
    if ('fault' in end) log.warn({ ...about(), what: end.what }, say('log_session_protocol'));
    else if ('cut' in end && !ending.begun) log.warn({ ...about(), what: end.cut }, say('log_session_broken'));
    // Inside a frame nothing can be said: a break is the only honest end.
    ending.linkEnded(this.#link?.inFrame === true ? null : endGoodbye(end, redact.stream()));
  }

  #passed(): void {
    const { ending, onProgress } = this.#parts;
    ending.advance();
    if (!ending.begun) onProgress();
  }

  /** A tool that does not keep up is waited for, but not with its session's last words. */
  #given(room: boolean | undefined): void {
    if (room === false && !this.#parts.ending.begun) this.#link?.pause();
  }
}

const NOTHING = Buffer.alloc(0);
