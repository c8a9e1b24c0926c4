import type { GatewayError } from '../../../shared/errors.ts';

/** What a translation of a request needs to know of the account it is for. */
export interface TranslationTarget {
  readonly account: string;
  /** The model as the account calls it. */
  readonly upstreamModel: string;
  /** True for a ChatGPT login, which takes fewer members. */
  readonly isLogin: boolean;
  readonly standardTier: 'omit' | 'default';
  /** The tool's beta tokens, where its protocol has such. */
  readonly beta: string | null;
}

/** A request in the account's protocol. */
export interface TranslatedRequest {
  readonly body: Buffer;
  /** Hints without a counterpart that were left out. */
  readonly leftOut: readonly string[];
  /** What the way back must know of the request. */
  readonly answer: AnswerWish;
}

/** How a tool wants to be answered. */
export interface AnswerWish {
  /** The model's name as the tool said it. */
  readonly model: string;
  readonly streams: boolean;
  /** Whether a Chat stream is to end with its usage. */
  readonly includeUsage: boolean;
  /** The account, by which a later request knows its own reasoning again. */
  readonly account: string;
}

/** An error status and body for the tool. */
interface TranslatedError {
  readonly status: number;
  readonly body: string;
}

/** The answer of one turn on its way from one protocol into the other. */
export interface AnswerTranslator {
  /** What is to go to the tool for the next bytes from the upstream. */
  push(chunk: Buffer): string;
  /** What is to go when the upstream has ended; a stream that lacks its end gets an error event, never a good end. */
  end(): string;
  /** What is to go when the upstream broke off. */
  cut(error: GatewayError): string;
  /** Set when the upstream said that it failed, before anything has gone to the tool. */
  readonly failure: GatewayError | null;
}

/** A pair of protocols: the tool speaks one, the account the other. */
export interface Translation {
  /** The request in the account's protocol, or what of it cannot be said there. */
  request(bytes: Buffer, target: TranslationTarget): TranslatedRequest | GatewayError;
  /** `now` is the time of the answer, where the upstream names none. */
  answer(wish: AnswerWish, now: number): AnswerTranslator;
  /** An error body of the upstream, in the tool's shape. */
  error(status: number, body: Buffer): TranslatedError;
}
