import type { RecordedRequest } from './recorded-request.ts';

/** Token counts as a provider reports them. */
export interface FakeUsage {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite?: number;
  /** Of those, for an hour; only Anthropic tells. */
  readonly cacheWriteHour?: number;
  readonly output: number;
  readonly reasoning: number;
}

/** A tool that the model calls. */
export interface FakeCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An answer that goes well, or goes wrong only after it has begun. */
export interface AnswerScript {
  readonly kind: 'answer';
  /** The tier served at the end; null leaves the member out. Unset: what Node's JSON.parse sees in the request, else `default`. */
  readonly tier?: string | null;
  /** The tier that `response.created` and `response.in_progress` echo; unset: the requested one, else `auto`. */
  readonly announcedTier?: string | null;
  /** The model served; unset: the requested one. */
  readonly model?: string;
  /** null: the provider says nothing about tokens. */
  readonly usage?: FakeUsage | null;
  readonly text?: string;
  /** Tools that are called, after the text if one is set, else instead of it. */
  readonly calls?: readonly FakeCall[];
  /** Makes a text of this many characters, for huge answers. */
  readonly textLength?: number;
  /** A whole body, or all events of a stream, instead of those the provider would make. */
  readonly body?: string | Uint8Array;
  readonly events?: readonly { readonly name: string | null; readonly data: string }[];
  /** Into how many deltas the text is cut. */
  readonly deltas?: number;
  /** How a Responses answer ends; `none` ends the stream cleanly without a terminal event. */
  readonly terminal?: 'completed' | 'failed' | 'incomplete' | 'none';
  readonly headers?: Readonly<Record<string, string>>;
  /** The status line's number, for answers of 2xx other than 200. */
  readonly status?: number;
  readonly coding?: 'gzip' | 'deflate' | 'br' | 'zstd';
  readonly lineEnd?: '\n' | '\r\n';
  /** False leaves the `event:` lines out. */
  readonly eventNames?: boolean;
  /** A comment line before the first event, as keep-alives look. */
  readonly comment?: boolean;
  /** How the bytes are cut into writes: one per event (default), one per byte, or one per this many bytes. */
  readonly writes?: 'events' | 'bytes' | number;
  /** Awaited before the event of this index (0 is the first; for JSON 0 is the body); paces and stalls without sleeping. */
  readonly pause?: (event: number) => Promise<unknown> | undefined;
  /** Destroys the socket after this many events (SSE) or bytes (JSON). */
  readonly cutAfter?: number;
}

/** An answer with a status and a body of its own, on whatever path. */
export interface ErrorScript {
  readonly kind: 'error';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Unset: the body the provider sends with that status. */
  readonly body?: string | Uint8Array;
  /** Quotes the key that came with the request, in the body and in a header, as careless providers do. */
  readonly quotesKey?: boolean;
}

/** The connection is reset before a header was sent. */
interface ResetScript {
  readonly kind: 'reset';
}

/** Nothing is answered until the promise resolves, then what `then` says. */
interface StallScript {
  readonly kind: 'stall';
  readonly until: Promise<unknown>;
  readonly then?: Script;
}

/** A redirect; a client that follows it with a key shows up as a further request. */
interface RedirectScript {
  readonly kind: 'redirect';
  readonly location: string;
  readonly status?: 301 | 302 | 303 | 307 | 308;
}

/** What the fake provider does with one request. */
export type Script = AnswerScript | ErrorScript | ResetScript | StallScript | RedirectScript;

/** A script, or the choice of one by the request. */
export type ScriptSource = Script | ((request: RecordedRequest) => Script);

/** The tokens of an answer that sets none. */
export const FAKE_USAGE: FakeUsage = { input: 120, cached: 20, output: 40, reasoning: 8 };
