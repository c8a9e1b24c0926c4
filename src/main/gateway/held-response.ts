import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http';
import { headerIn } from '../upstream/headers.ts';
import { ToolResponse } from './tool-response.ts';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** More than this is not held: the tool gets it as it comes, whatever the model asks for in it. */
const MOST_HELD = 16 * 1024 * 1024;

/** An answer that was held, once it has come to its end. */
export interface HeldAnswer {
  readonly status: number;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** True where the tool's connection would have been broken off. */
  readonly broken: boolean;
}

/** Stands in for the tool's response while it is not known whether what comes is for the tool. */
export class HeldResponse extends ToolResponse {
  /** Resolves when the answer is whole; null where it has been let through, or the tool has left. */
  readonly held: Promise<HeldAnswer | null>;
  readonly #real: ToolResponse;
  #resolve: (answer: HeldAnswer | null) => void = () => undefined;
  #status: number | null = null;
  #headers: readonly string[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  #over = false;
  #through = false;

  constructor(request: IncomingMessage, real: ToolResponse) {
    super(request);
    this.#real = real;
    this.held = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    Object.defineProperties(this, {
      headersSent: { get: () => this.#status !== null },
      closed: { get: () => this.#over },
      destroyed: { get: () => this.#over },
      writableNeedDrain: { get: () => this.#through && this.#real.writableNeedDrain },
      socket: { get: () => ({ destroySoon: this.#breakOff }) },
    });
    real.once('close', this.#left);
    real.on('drain', this.#drained);
  }

  /** True once an answer has begun that is not an error. */
  get isGood(): boolean {
    return this.#status !== null && this.#status < 400;
  }

  override writeHead(status: number, message?: string, headers?: Headers): this;
  override writeHead(status: number, headers?: Headers): this;
  override writeHead(status: number, ...rest: (string | Headers | undefined)[]): this {
    const headers = rest.at(-1);
    this.#status = status;
    this.#headers = typeof headers === 'object' ? flatOf(headers) : [];
    const find = headerIn(this.#headers);
    this.witness?.head((find('content-type') ?? '').toLowerCase());
    return this;
  }

  override write(chunk: string | Buffer): boolean {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.witness?.data(bytes);
    if (this.#through) return this.#real.write(bytes);
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    return this.#size <= MOST_HELD || this.#letThrough();
  }

  override end(chunk?: unknown): this {
    if (this.#over) return this;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0);
    if (bytes.length > 0) this.witness?.data(bytes);
    if (this.#through) {
      this.#real.end(bytes);
      return this;
    }
    this.#chunks.push(bytes);
    this.#finish(false);
    return this;
  }

  override flushHeaders(): void {
    // What the answer will be is not known yet.
  }

  #letThrough(): boolean {
    this.#through = true;
    if (!this.#real.headersSent) this.#real.writeHead(this.#status ?? 200, [...this.#headers]);
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return this.#real.write(bytes);
  }

  readonly #breakOff = (): void => {
    if (this.#through) this.#real.socket?.destroySoon();
    else this.#finish(true);
  };

  readonly #drained = (): void => {
    if (this.#through) this.emit('drain');
  };

  /** The tool's own response is over: it has been answered, or has left. */
  readonly #left = (): void => {
    if (this.#over) return;
    this.#over = true;
    this.#chunks = [];
    this.#resolve(null);
    this.emit('close');
  };

  #finish(broken: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#real.off('close', this.#left);
    this.#real.off('drain', this.#drained);
    const body = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#resolve({ status: this.#status ?? 200, headers: this.#headers, body, broken });
    // As a response does: after whoever ended it is done.
    process.nextTick(() => this.emit('close'));
  }
}

function flatOf(headers: Headers): string[] {
  if (Array.isArray(headers)) return headers.map(String);
  return Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
}
