import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http';

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** Who is told what a tool is told. It must not throw, and the tool does not wait for it. */
export interface ResponseWitness {
  head(contentType: string): void;
  data(chunk: Buffer): void;
}

/** The answer to one request of a tool, which a witness may hear along with it. */
export class ToolResponse extends ServerResponse {
  witness: ResponseWitness | null = null;

  override writeHead(status: number, message?: string, headers?: Headers): this;
  override writeHead(status: number, headers?: Headers): this;
  override writeHead(status: number, ...rest: (string | Headers | undefined)[]): this {
    const headers = rest.at(-1);
    if (this.witness !== null && typeof headers === 'object') this.witness.head(valueIn(headers, 'content-type'));
    return super.writeHead(status, ...(rest as [Headers]));
  }

  override write(chunk: string | Buffer, ...rest: []): boolean {
    this.witness?.data(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return super.write(chunk, ...rest);
  }

  override end(chunk?: unknown, ...rest: []): this {
    const { witness } = this;
    if (typeof chunk === 'string') witness?.data(Buffer.from(chunk));
    else if (Buffer.isBuffer(chunk)) witness?.data(chunk);
    return super.end(chunk, ...rest);
  }
}

function valueIn(headers: Headers, name: string): string {
  const flat: unknown[] = Array.isArray(headers) ? headers : Object.entries(headers).flat();
  const at = flat.findIndex((one, index) => index % 2 === 0 && String(one).toLowerCase() === name);
  return at === -1
    ? ''
    : String(flat[at + 1])
        .trim()
        .toLowerCase();
}
