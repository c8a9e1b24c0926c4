import type { UpstreamLink } from '../upstream/frame-link.ts';
import { type Goodbye, close } from './socket-goodbye.ts';
import type { ToolSide } from './socket-tool.ts';
import type { SocketTurns } from './socket-turns.ts';

/** How long a turn may still end after its tool has left, so that its usage is known (spec B.7). */
export const DRAIN_MS = 1200;

/** What an ending ends. */
export interface EndingParts {
  readonly turns: SocketTurns;
  readonly tool: () => ToolSide | null;
  readonly link: () => UpstreamLink | null;
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** The session is ending: from now on nothing of it goes up. */
  readonly onBegin: () => void;
  /** Both sides are gone. */
  readonly onOver: () => void;
}

/** What the upstream is told when the session no longer needs it. */
interface LastWords {
  readonly code: number | null;
  readonly reason: string;
}

/** For a tool that vanished, and for a session that the gateway ends. */
const GOING_AWAY: LastWords = { code: 1001, reason: '' };

/**
 * The end of a session, once and in order: the tool hears the last words when no message is under way, the upstream when
 * no turn is, or after a while, and the session is over when both are gone.
 */
export class SocketEnding {
  readonly #parts: EndingParts;
  #goodbye: Goodbye | null = null;
  #said = false;
  #why = '';
  #lastWords = GOING_AWAY;
  #toolGone = false;
  #linkEnded = false;
  #cancelDrain: (() => void) | null = null;
  /** Events of the gateway's own for which no room has been yet. */
  #asides: string[] = [];

  /** True while what the tool was given ends inside a message. */
  inMessage = false;

  constructor(parts: EndingParts) {
    this.#parts = parts;
  }

  get begun(): boolean {
    return this.#goodbye !== null;
  }

  /** True once nothing more may be given to the tool. */
  get said(): boolean {
    return this.#said;
  }

  /** Why the turns that did not end have no end. */
  get why(): string | null {
    return this.#goodbye === null ? null : this.#why;
  }

  /** Begins to end the session; a later cause changes nothing. */
  begin(goodbye: Goodbye, why: string, lastWords = GOING_AWAY): void {
    if (this.#goodbye !== null) return;
    this.#goodbye = goodbye;
    this.#why = why;
    this.#lastWords = lastWords;
    const { after, link, tool, onBegin } = this.#parts;
    onBegin();
    link()?.stop();
    link()?.resume();
    tool()?.resume();
    if (!this.#linkEnded) this.#cancelDrain = after(DRAIN_MS, this.#drained);
    this.advance();
  }

  /** Says something to the tool as soon as no message is under way, and the session goes on. */
  interject(event: string): void {
    this.#asides.push(event);
    this.advance();
  }

  /** Something has come from the upstream: a message or a turn may have ended with it. */
  advance(): void {
    if (!this.inMessage && !this.#said)
      for (const event of this.#asides.splice(0)) this.#parts.tool()?.piece(Buffer.from(event), false, true);
    if (this.#goodbye === null) return;
    this.#say(false);
    if (!this.#linkEnded && this.#said && this.#parts.turns.open === 0) this.#leave();
  }

  /** The tool's connection is closed. */
  toolGone(): void {
    this.#toolGone = true;
    this.#said = true;
    this.begin(close(null, ''), 'tool_left');
    this.advance();
    this.#endIfOver();
  }

  /** The upstream's connection is; `goodbye` is what that means for the tool, null where only a break is honest. */
  linkEnded(goodbye: Goodbye | null): void {
    this.#linkEnded = true;
    if (goodbye === null && !this.#said) this.#parts.tool()?.destroy();
    this.begin(goodbye ?? close(null, ''), 'upstream_cut');
    // A fragmented message that will not be ended lets a close frame in, but no event.
    this.#say(true);
    this.#endIfOver();
  }

  #say(interrupting: boolean): void {
    const goodbye = this.#goodbye;
    if (goodbye === null || this.#said || (this.inMessage && !interrupting)) return;
    this.#said = true;
    this.#parts.tool()?.goodbye(this.inMessage ? { ...goodbye, event: null } : goodbye);
  }

  readonly #drained = (): void => {
    this.#cancelDrain = null;
    // A message that has not ended by now would keep the tool for ever.
    if (!this.#said) this.#parts.tool()?.destroy();
    this.#leave();
  };

  #leave(): void {
    const { turns, link } = this.#parts;
    this.#stopDraining();
    turns.end(this.#why);
    const upstream = link();
    if (upstream === null) this.#linkEnded = true;
    else upstream.close(this.#lastWords.code, this.#lastWords.reason);
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (!this.#linkEnded) return;
    this.#stopDraining();
    if (this.#toolGone) this.#parts.onOver();
  }

  #stopDraining(): void {
    this.#cancelDrain?.();
    this.#cancelDrain = null;
  }
}
