import { isAscii } from 'node:buffer';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { fold } from '../../shared/fold.ts';

/** The headers of one part may be this long, and a form may have so many parts. */
const MAX_HEADERS = 16 * 1024;
const MAX_PARTS = 1000;

/** A model's name in a form may have so many bytes. */
const MAX_MODEL = 256;

/** What RFC 2046 lets a boundary be, without the blanks that some readers trim. */
const BOUNDARY = /^[A-Za-z0-9'()+_,./:=?-]{1,70}$/;

/** Headers after which a part's bytes are not the letters of ASCII that they look like. */
const CODED =
  /^content-transfer-encoding\s*:(?!\s*(?:7bit|8bit|binary)\s*$)|charset(?!\s*=\s*"?(?:utf-?8|us-ascii|iso-8859-\d+|windows-125\d)\b)/im;

const NOTHING: Buffer = Buffer.alloc(0);
const CRLF = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/** The boundary of a form's content type; null where two readers could take different ones, or it is no form. */
export function boundaryOf(contentType: string): string | null {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim());
  if (type?.toLowerCase() !== 'multipart/form-data') return null;
  const named = parameters.filter((parameter) => /boundary|charset/i.test(parameter));
  const boundary = /^boundary=(?:"([^"]*)"|([^"\s]*))$/i.exec(named[0] ?? '');
  const value = boundary?.[1] ?? boundary?.[2] ?? '';
  return named.length === 1 && BOUNDARY.test(value) ? value : null;
}

/**
 * Walks over a form as it comes and lets go only what has been judged: a part's headers are held back until they are
 * whole, the model until somebody says as what it goes up, and the end of every piece as far as it could be the beginning of
 * a boundary. What one reader of forms would take for a boundary and another not is refused.
 */
export class MultipartJudge {
  readonly #mark: Buffer;
  #state: 'start' | 'headers' | 'content' | 'end' = 'start';
  #held: Buffer = NOTHING;
  #parts = 0;
  #isModel = false;
  /** The model's end in what is held, while it waits for its name. */
  #modelEnd: number | null = null;
  #hasModel = false;
  refusal: GatewayError | null = null;
  /** What the form calls its model, once that part has come; null before, or without one. */
  model: string | null = null;
  /** True once a part has begun that is a file. */
  hasFile = false;

  constructor(boundary: string) {
    this.#mark = Buffer.from(`--${boundary}`, 'latin1');
  }

  /** True while {@link model} is to be named by {@link named}: nothing goes on before. */
  get asks(): boolean {
    return this.#modelEnd !== null;
  }

  /** True once the closing boundary has come. */
  get closed(): boolean {
    return this.#state === 'end';
  }

  /** The judged bytes that may go on now. */
  push(chunk: Buffer): Buffer {
    if (this.refusal !== null) return NOTHING;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    let at = 0;
    for (;;) {
      const next = this.#refused || this.asks ? at : this.#step(bytes, at);
      if (next === at) break;
      at = next;
    }
    this.#held = bytes.subarray(at);
    if (this.#modelEnd !== null) this.#modelEnd -= at;
    return this.#refused ? NOTHING : bytes.subarray(0, at);
  }

  /** Says as what the model goes up; the bytes that may go on then. The same name leaves its bytes as they are. */
  named(name: string): Buffer {
    const end = this.#modelEnd ?? 0;
    const part = name === this.model ? this.#held.subarray(0, end) : Buffer.from(`\r\n${name}`);
    this.#held = this.#held.subarray(end);
    this.#modelEnd = null;
    this.#isModel = false;
    return Buffer.concat([part, this.push(NOTHING)]);
  }

  /** Whether the form is whole; a last line end may still be held. */
  end(): Buffer {
    if (this.refusal === null && this.#state !== 'end') this.#refuse('it has no closing boundary');
    const rest = this.#held;
    this.#held = NOTHING;
    return this.#refused ? NOTHING : rest;
  }

  get #refused(): boolean {
    return this.refusal !== null;
  }

  /** Takes one piece of syntax; returns where the next begins, or the same place when more bytes are needed. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'start':
        return this.#delimiter(bytes, at);
      case 'headers':
        return this.#headers(bytes, at);
      case 'content':
        return this.#content(bytes, at);
      case 'end':
        if (bytes.subarray(at).some((byte) => byte !== 13 && byte !== 10)) this.#refuse('something follows its end');
        return bytes.length;
    }
  }

  /** A boundary and what may follow it: the end of its line, or the two hyphens that end the form. */
  #delimiter(bytes: Buffer, at: number): number {
    const after = at + this.#mark.length;
    if (bytes.length < after + 2) {
      const has = bytes.subarray(at, after);
      if (!this.#mark.subarray(0, has.length).equals(has)) this.#refuse('it does not begin with its boundary');
      return at;
    }
    if (!bytes.subarray(at, after).equals(this.#mark)) {
      this.#refuse('it does not begin with its boundary');
      return at;
    }
    const next = bytes.toString('latin1', after, after + 2);
    if (next === '--') this.#state = 'end';
    else if (next === '\r\n') this.#state = 'headers';
    else this.#refuse('a boundary is followed by something else');
    this.#parts += 1;
    if (this.#parts > MAX_PARTS) this.#refuse(`it has more than ${MAX_PARTS} parts`);
    return after + 2;
  }

  #headers(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(HEADERS_END, at);
    if (end === -1) {
      if (bytes.length - at > MAX_HEADERS) this.#refuse('the headers of a part are too long');
      return at;
    }
    const headers = bytes.toString('utf8', at, end);
    if (end - at > MAX_HEADERS) this.#refuse('the headers of a part are too long');
    else this.#judgePart(headers);
    this.#state = 'content';
    // The empty line's second half may begin the boundary of a part without content.
    return end + CRLF.length;
  }

  #judgePart(headers: string): void {
    const plain = fold(loosened(headers));
    const lines = headers.split('\r\n');
    const dispositions = lines.filter((line) => /^content-disposition\s*:/i.test(line));
    const [disposition = ''] = dispositions;
    const names = [...disposition.matchAll(/;\s*name(\*[\d*]*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/gi)];
    const [, extended, written = ''] = names[0] ?? [];
    const name = fold(loosened(written).trim());
    if (plain.includes('service_tier') || name === 'speed' || name.startsWith('provideroptions')) {
      this.refusal = gatewayError('part_policed', name.split('[', 1)[0] ?? name);
    } else if (dispositions.length !== 1 || names.length !== 1 || /[\0\r\n]/.test(lines.join(''))) {
      this.#refuse('a part does not have exactly one name');
    } else if (extended !== undefined || written.includes('=?')) {
      // In pieces, in another character set, or as an encoded word: some readers put that together, others do not.
      this.#refuse('the name of a part is not plain');
    }
    const isFile = /;\s*filename\*?\s*=/i.test(disposition);
    if (isFile) this.hasFile = true;
    this.#isModel = /^model(?:\[.*)?$/.test(name);
    if (!this.#isModel) return;
    const isPlain = /^(?:"model"|model\s*)$/.test(written) && !isFile;
    const coded = CODED.test(headers);
    if (this.#hasModel) this.#refuse('it names its model twice');
    else if (!isPlain || coded) this.#refuse('its model is not a plain part named "model"');
    this.#hasModel = true;
  }

  /** A part's content, up to the line end before the next boundary. */
  #content(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(this.#mark, at);
    if (this.#isModel && (found === -1 ? bytes.length : found) - at > MAX_MODEL + 2 * CRLF.length + this.#mark.length) {
      this.#refuse('the name of its model is too long');
      return at;
    }
    if (found === -1) {
      if (this.#isModel) return at;
      // A line end and the boundary's beginning may be cut by the end of this piece.
      const safe = Math.max(at, bytes.length - this.#mark.length - CRLF.length);
      return safe;
    }
    const start = found - CRLF.length;
    if (start < at || !bytes.subarray(start, found).equals(CRLF)) {
      // After a bare line end, or anywhere, some readers see a boundary and others do not.
      this.#refuse('its boundary stands where none can be');
      return at;
    }
    if (this.#isModel && this.#noteModel(bytes.subarray(Math.min(at + CRLF.length, start), start))) {
      this.#modelEnd = start;
      return at;
    }
    this.#isModel = false;
    // Where the boundary is not whole yet, only what stands before it may go.
    const after = this.#delimiter(bytes, found);
    return after === found ? start : after;
  }

  /** True where somebody has to say as what the model goes up. */
  #noteModel(name: Buffer): boolean {
    if (name.length > MAX_MODEL) this.#refuse('the name of its model is too long');
    // In letters that every charset has in the same place.
    else if (!isAscii(name)) this.#refuse('the name of its model is not plain text');
    else if (name.length > 0) this.model = name.toString('latin1');
    return name.length > 0 && !this.#refused;
  }

  #refuse(why: string): void {
    this.refusal ??= gatewayError('form_invalid', why);
  }
}

/** Header text without what some readers undo: percent signs, backslashes and quotes. */
function loosened(text: string): string {
  return text
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/["\\]/g, '');
}
