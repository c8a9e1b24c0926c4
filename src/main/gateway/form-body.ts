import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Transform, pipeline } from 'node:stream';
import { type GatewayError, TiergateError, gatewayError } from '../../shared/errors.ts';
import { MultipartJudge, boundaryOf } from '../dialects/multipart.ts';

/** A form on its way up: it streams, and stops where something in it cannot be judged. */
export interface FormBody {
  readonly stream: Readable;
  /** What the form calls its model, as far as it has come; null without one. */
  readonly model: string | null;
  /** Why the form was refused, as far as it has come; nothing more of it goes up then. */
  readonly refusal: GatewayError | null;
  /** Calls back once, when the form is refused or the tool breaks it off. */
  onRefused(listener: (error: GatewayError) => void): void;
}

/** Opens a form; a coded one cannot be walked over, and one without a plain boundary is read differently by every reader. */
export function openForm(request: IncomingMessage, response: ServerResponse): FormBody | GatewayError {
  const type = request.headers['content-type'] ?? '';
  const boundary = boundaryOf(type);
  if (!isForm(request)) return gatewayError('form_required', type === '' ? 'nothing at all' : `"${type.slice(0, 80)}"`);
  if (boundary === null) return gatewayError('form_invalid', 'its content type names no plain boundary');
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity')
    return gatewayError('content_encoding_unsupported', `"${coding.slice(0, 40)}" on a form`);
  if (request.headers.expect !== undefined) response.writeContinue();
  return new JudgedForm(request, new MultipartJudge(boundary));
}

/** True when a request says that it carries a form. */
export function isForm({ headers }: IncomingMessage): boolean {
  return /^\s*multipart\//i.test(headers['content-type'] ?? '');
}

class JudgedForm implements FormBody {
  readonly stream: Readable;
  readonly #judge: MultipartJudge;
  #listener: (error: GatewayError) => void = () => undefined;
  refusal: GatewayError | null = null;

  constructor(request: IncomingMessage, judge: MultipartJudge) {
    this.#judge = judge;
    const walk = new Transform({
      transform: (chunk: Buffer, _, done) => {
        const bytes = judge.push(chunk);
        if (judge.refusal === null) done(null, bytes);
        else done(this.#refuse(judge.refusal));
      },
      flush: (done) => {
        const rest = judge.end();
        if (judge.refusal === null) done(null, rest);
        else done(this.#refuse(judge.refusal));
      },
    });
    this.stream = walk;
    // Told through the turn; a form that is refused before anybody reads it must not end the process.
    walk.on('error', () => undefined);
    pipeline(request, walk, (error) => {
      if (error instanceof Error && judge.refusal === null) this.#refuse(gatewayError('body_unreadable'));
    });
  }

  get model(): string | null {
    return this.#judge.model;
  }

  onRefused(listener: (error: GatewayError) => void): void {
    this.#listener = listener;
  }

  /** Tells the turn, and ends the stream with an error so that the upstream never sees a whole form. */
  #refuse(error: GatewayError): TiergateError {
    this.refusal = error;
    this.#listener(error);
    return new TiergateError(error.code);
  }
}
