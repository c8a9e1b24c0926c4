import type { Settings } from '../../shared/settings.ts';
import { EventFold, wholeLetters } from '../dialects/event-fold.ts';
import type { CaptureRecord, Captures } from '../ledger/captures.ts';
import type { RedactedStream } from '../secrets/redact.ts';
import { CapturedAnswer, type KeptAnswer } from './captured-answer.ts';
import type { ToolResponse } from './tool-response.ts';

/** What all turns under way may hold together; beyond that they are cut. */
const MAX_HELD = 64 * 1024 * 1024;

/** Keys are looked for in pieces of this size, with a pause after each: other turns do not wait for a long text. */
const PIECE = 16 * 1024;

/** What capturing needs from the rest of the house. */
export interface CaptureOptions {
  readonly captures: Pick<Captures, 'ticket' | 'keep'>;
  /** The settings in force at this moment. */
  readonly settings: { readonly current: Pick<Settings, 'capture'> };
  readonly redactor: { stream(): RedactedStream };
  /** A number from 0 up to but not 1, by which turns are chosen. */
  readonly random: () => number;
}

/** One message of a session that is being kept. */
export interface SessionCapture {
  /** One event of the answer; of one that is not whole only the beginning is there. */
  event(payload: Buffer, whole: boolean): void;
  /** True once no more events are wanted. */
  readonly full: boolean;
  /** The turn is over. */
  end(): void;
}

/** Listens to turns and has what was said in them kept, where the person has that on; the turn never waits, whatever goes wrong here. */
export class Capture {
  readonly #options: CaptureOptions;
  #held = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  /** Keeps an HTTP turn: what was asked, as it was judged, and all that the tool will be told. */
  http(turn: string, tool: string, asked: Buffer | null, response: ToolResponse): void {
    const ticket = this.#ticket(tool);
    if (ticket === null) return;
    const { prompt, limit, hold, free } = this.#begin(asked);
    let answer: CapturedAnswer | null = null;
    let counted = 0;
    response.witness = {
      head: (contentType) => {
        answer ??= new CapturedAnswer(limit, contentType);
      },
      data: (chunk) => {
        answer?.push(chunk);
        const size = answer?.size ?? 0;
        if (!hold(size - counted)) answer?.stop();
        counted = size;
      },
    };
    const end = (): void => {
      response.witness = null;
      this.#keep(ticket, turn, prompt, answer?.end() ?? NOTHING, free);
    };
    // A tool may be gone before anything was answered.
    if (response.closed) end();
    else response.once('close', end);
  }

  /** Keeps a turn of a session; null where it is not to be kept. */
  session(turn: string, tool: string, asked: Buffer | null): SessionCapture | null {
    const ticket = this.#ticket(tool);
    if (ticket === null) return null;
    const { prompt, limit, hold, free } = this.#begin(asked);
    const fold = new EventFold(limit);
    let counted = 0;
    return {
      event: (payload, whole) => {
        if (whole) fold.push(payload);
        else fold.stop();
        if (!hold(fold.size - counted)) fold.stop();
        counted = fold.size;
      },
      get full() {
        return fold.full;
      },
      end: () => {
        const text = fold.text();
        const bytes = text === '' ? null : Buffer.from(text);
        this.#keep(ticket, turn, prompt, { bytes, cut: fold.full }, free);
      },
    };
  }

  #ticket(tool: string): number | null {
    const { captures, settings, random } = this.#options;
    const { ticket } = captures;
    if (ticket === null) return null;
    const { tools, sample } = settings.current.capture;
    if (tools.length > 0 && !tools.includes(tool)) return null;
    return random() < sample ? ticket : null;
  }

  #begin(asked: Buffer | null): Begun {
    const limit = this.#options.settings.current.capture.maxKiB * 1024;
    let mine = 0;
    const hold = (bytes: number): boolean => {
      mine += bytes;
      this.#held += bytes;
      return this.#held <= MAX_HELD;
    };
    const room = Math.max(0, Math.min(limit, MAX_HELD - this.#held));
    // A copy: the body is often far larger, and gone once it has been sent.
    const bytes = asked === null ? null : Buffer.from(wholeLetters(asked, room));
    hold(bytes?.length ?? 0);
    return {
      prompt: { bytes, cut: asked !== null && asked.length > room },
      limit,
      hold,
      free: () => {
        this.#held -= mine;
        mine = 0;
      },
    };
  }

  #keep(ticket: number, turn: string, prompt: KeptAnswer, answer: KeptAnswer, free: () => void): void {
    const record = async (): Promise<CaptureRecord> => {
      const cut = prompt.cut || answer.cut;
      return { prompt: await this.#clean(prompt), answer: await this.#clean(answer), cut };
    };
    void this.#options.captures.keep(ticket, turn, record).finally(free);
  }

  /** The text without any provider's key. */
  async #clean({ bytes, cut }: KeptAnswer): Promise<string | null> {
    if (bytes === null) return null;
    const stream = this.#options.redactor.stream();
    const clean: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += PIECE) {
      clean.push(stream.push(bytes.subarray(at, at + PIECE)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    // What is held back may be the beginning of a key that was cut: it is let go.
    if (!cut) clean.push(stream.end());
    return Buffer.concat(clean).toString();
  }
}

/** What is known of a turn when it begins to be kept. */
interface Begun {
  readonly prompt: KeptAnswer;
  readonly limit: number;
  /** Counts so many bytes more as held; false when that is too much. */
  readonly hold: (bytes: number) => boolean;
  readonly free: () => void;
}

const NOTHING: KeptAnswer = { bytes: null, cut: false };
