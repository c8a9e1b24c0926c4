import { isDeepStrictEqual } from 'node:util';
import type { Push, Status } from '../../shared/control.ts';
import type { Language } from '../../shared/language.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Turn } from '../../shared/turn.ts';
import type { Runtime } from '../runtime.ts';
import { nextTrayChange, type TrayInput, type TrayView, trayView } from './tray-state.ts';
import type { UpdateState } from './update-state.ts';

/** What the feed needs from outside. */
export interface TrayFeedOptions {
  readonly runtime: Pick<Runtime, 'status' | 'onPush' | 'handlers'>;
  readonly show: (view: TrayView) => void;
  readonly now: () => number;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
  /** A port to be had instead of a taken one. */
  readonly findFreePort: (port: number) => Promise<number | null>;
  /** What the person wants to be spoken to in, at this moment. */
  readonly language: () => Language;
}

/** Turns are kept for the menu's list, and to know which tools were here lately. */
const KEPT_TURNS = 50;

/** Between busy turns a menu need not change more often. */
const REDRAW_MS = 1000;

/** Timers count in 32 bits; a longer wait is taken in steps. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Gathers what the tray is a picture of, and has it drawn anew when that changes. */
export class TrayFeed {
  readonly #options: TrayFeedOptions;
  readonly #endPush: () => void;
  #policy: Policy;
  #recent: readonly Turn[];
  #update: UpdateState = { kind: 'off' };
  #freePort: number | null = null;
  #stopping = false;
  #grave: unknown = null;
  #drawnAt = -Infinity;
  #cancelDraw: (() => void) | null = null;
  #cancelChange: (() => void) | null = null;

  private constructor(options: TrayFeedOptions, policy: Policy, recent: readonly Turn[]) {
    this.#options = options;
    this.#policy = policy;
    this.#recent = recent;
    this.#endPush = options.runtime.onPush((push) => {
      this.#hear(push);
    });
  }

  /** Begins with what is known now. */
  static async open(options: TrayFeedOptions): Promise<TrayFeed> {
    const { handlers } = options.runtime;
    const { turns } = await handlers['turns.page']({ order: 'newest', limit: KEPT_TURNS } as never);
    const policy = await handlers['policy.get']({});
    // From here on nothing waits, so no push of a newer policy can be missed.
    return new TrayFeed(options, policy, turns);
  }

  /** The last turns, the newest first. */
  get recent(): readonly Turn[] {
    return this.#recent;
  }

  get view(): TrayView {
    return trayView(this.#input);
  }

  set update(update: UpdateState) {
    this.#update = update;
    this.draw();
  }

  /** From now on the tray only says how far the end is. */
  stop(): void {
    this.#stopping = true;
    this.draw();
  }

  close(): void {
    this.#endPush();
    this.#cancelDraw?.();
    this.#cancelChange?.();
  }

  /** Draws now, and again when the picture changes by itself. */
  draw(): void {
    const { show, now, after } = this.#options;
    this.#cancelDraw?.();
    this.#cancelDraw = null;
    this.#cancelChange?.();
    this.#drawnAt = now();
    const input = this.#input;
    show(trayView(input));
    this.#lookForPort(input.status);
    const change = nextTrayChange(input);
    this.#cancelChange =
      change === null ? null : after(Math.min(change - input.now, LONGEST_WAIT_MS), () => this.draw());
  }

  get #input(): TrayInput {
    return {
      status: this.#options.runtime.status(),
      policy: this.#policy,
      recent: this.#recent,
      update: this.#update,
      freePort: this.#freePort,
      stopping: this.#stopping,
      now: this.#options.now(),
      language: this.#options.language(),
    };
  }

  #hear(push: Push): void {
    switch (push.type) {
      case 'turns':
        this.#recent = [...[...push.turns].reverse(), ...this.#recent].slice(0, KEPT_TURNS);
        this.#drawSoon();
        return;
      case 'policy':
        this.#policy = push.policy;
        this.draw();
        return;
      case 'status': {
        const grave = graveIn(push.status);
        const isNew = !isDeepStrictEqual(grave, this.#grave);
        this.#grave = grave;
        if (isNew) this.draw();
        else this.#drawSoon();
        return;
      }
      case 'budget':
        this.draw();
        return;
      case 'settings':
    }
  }

  /** At once when nothing was drawn lately, else when the time for that has come. */
  #drawSoon(): void {
    const wait = this.#drawnAt + REDRAW_MS - this.#options.now();
    if (wait <= 0) this.draw();
    else this.#cancelDraw ??= this.#options.after(wait, () => this.draw());
  }

  #lookForPort({ baseUrl, port }: Pick<Status, 'baseUrl' | 'port'>): void {
    if (baseUrl !== null) {
      this.#freePort = null;
      return;
    }
    if (this.#freePort !== null) return;
    void this.#options.findFreePort(port).then((found) => {
      if (found === null || found === this.#freePort) return;
      this.#freePort = found;
      this.draw();
    });
  }
}

/** What of a status is shown at once, unlike the counts that every turn changes. */
function graveIn({ baseUrl, port, paused, notices, accounts, sandbox }: Status): unknown {
  return {
    baseUrl,
    port,
    paused,
    sandbox,
    notices: notices.map(({ code, message }) => [code, message]),
    accounts: accounts.map(({ id, enabled, priority, resting }) => [id, enabled, priority, resting]),
  };
}
