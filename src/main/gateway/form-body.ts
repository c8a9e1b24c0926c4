import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Readable, Transform, pipeline } from 'node:stream';
import { type GatewayError, TiergateError, gatewayError } from '../../shared/errors.ts';
import { MultipartJudge, boundaryOf } from '../dialects/multipart.ts';

/** A form on its way up: it streams, and stops where something in it cannot be judged. */
export interface FormBody {
  /** What the form calls its model, as far as it has come; null without one. */
  readonly model: string | null;
  /** Why the form was refused, as far as it has come; nothing more of it goes up then. */
  readonly refusal: GatewayError | null;
  /** Sends the form its one way. */
  goUp(way: FormWay): { readonly body: Readable; readonly length: string | null };
}

/** What a form asks while it goes up. */
interface FormWay {
  /** True where a model that comes late keeps its name, so that the form is as long as was announced. */
  readonly keepsModel: boolean;
  /** As what a model goes up that was named after bytes that have gone up already. */
  readonly named: (model: string) => string | GatewayError;
  /** As what the model goes up that was known before; null where none was. */
  readonly upstreamModel: string | null;
  /** Called once, when the form is refused or the tool breaks it off. */
  readonly refused: (error: GatewayError) => void;
}

/** So much of a form is waited for, if no file comes first, to know its model before a way is chosen. */
const HEAD_SIZE = 16 * 1024;

/**
 * Opens a form, and waits for its model as long as no file comes before it. A coded form cannot be walked over, and one
 * without a plain boundary is read differently by every reader.
 */
export async function openForm(request: IncomingMessage, response: ServerResponse): Promise<FormBody | GatewayError> {
  const type = request.headers['content-type'] ?? '';
  const boundary = boundaryOf(type);
  if (!isForm(request)) return gatewayError('form_required', type === '' ? 'nothing at all' : `"${type.slice(0, 80)}"`);
  if (boundary === null) return gatewayError('form_invalid', 'its content type names no plain boundary');
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity')
    return gatewayError('content_encoding_unsupported', `"${coding.slice(0, 40)}" on a form`);
  if (request.headers.expect !== undefined) response.writeContinue();
  const form = new JudgedForm(request, new MultipartJudge(boundary));
  await form.begun;
  return form;
}

/** True when a request says that it carries a form. */
export function isForm({ headers }: IncomingMessage): boolean {
  return /^\s*multipart\//i.test(headers['content-type'] ?? '');
}

class JudgedForm implements FormBody {
  /** Resolves when the model is known, or not to be waited for. */
  readonly begun: Promise<void>;
  readonly #judge: MultipartJudge;
  readonly #walk: Transform;
  readonly #announced: string | undefined;
  #begin: () => void = () => undefined;
  #came = 0;
  #way: FormWay | null = null;
  /** Goes on with a form that waits for its way, since its model has come. */
  #goOn: (() => void) | null = null;
  refusal: GatewayError | null = null;

  constructor(request: IncomingMessage, judge: MultipartJudge) {
    this.#judge = judge;
    this.#announced = request.headers['content-length'];
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    const walk = new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.#came += chunk.length;
        const bytes = judge.push(chunk);
        if (judge.asks || judge.hasFile || judge.refusal !== null || this.#came > HEAD_SIZE) this.#begin();
        if (bytes.length > 0) walk.push(bytes);
        if (!judge.asks) this.#ended(done);
        else if (this.#way === null) this.#goOn = () => this.#name(done);
        else this.#name(done);
      },
      flush: (done) => {
        const rest = judge.end();
        if (rest.length > 0) walk.push(rest);
        this.#begin();
        this.#ended(done);
      },
    });
    this.#walk = walk;
    // Told through the turn; a form that is refused before anybody reads it must not end the process.
    walk.on('error', () => undefined);
    pipeline(request, walk, (error) => {
      if (error instanceof Error && this.refusal === null) this.#refuse(gatewayError('body_unreadable'));
      this.#begin();
    });
  }

  get model(): string | null {
    return this.#judge.model;
  }

  goUp(way: FormWay): { readonly body: Readable; readonly length: string | null } {
    this.#way = way;
    // Not before the turn has taken up what it gets here: the model may be the form's end.
    process.nextTick(() => this.#goOn?.());
    return { body: this.#walk, length: this.#length(way) };
  }

  /** What is announced must be what comes; where that cannot be known yet, nothing is. */
  #length({ upstreamModel, keepsModel }: FormWay): string | null {
    if (this.#announced === undefined || (upstreamModel === null && !keepsModel)) return null;
    const longer = upstreamModel === null ? 0 : Buffer.byteLength(upstreamModel) - (this.model ?? '').length;
    return String(Number(this.#announced) + longer);
  }

  /** Gives the model the name that it goes up by. */
  #name(done: (error?: Error) => void): void {
    const model = this.#judge.model ?? '';
    const name = this.#way?.upstreamModel ?? this.#way?.named(model) ?? model;
    if (typeof name !== 'string') {
      done(this.#refuse(name));
      return;
    }
    const keeps = this.#way?.upstreamModel === null && this.#way.keepsModel;
    const bytes = this.#judge.named(keeps ? model : name);
    if (bytes.length > 0) this.#walk.push(bytes);
    this.#ended(done);
  }

  #ended(done: (error?: Error) => void): void {
    const { refusal } = this.#judge;
    if (refusal === null) done();
    else done(this.#refuse(refusal));
  }

  /** Tells the turn, and ends the stream with an error so that the upstream never sees a whole form. */
  #refuse(error: GatewayError): TiergateError {
    this.refusal = error;
    this.#way?.refused(error);
    return new TiergateError(error.code);
  }
}
