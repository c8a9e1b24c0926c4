import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

/** An upstream that says exactly these bytes, for answers that no HTTP library would write. */
export interface RawUpstream {
  readonly origin: string;
  /** As an account's `baseUrl`. */
  readonly baseUrl: string;
  /** What came so far, over all connections. */
  readonly received: () => string;
  close(): Promise<void>;
}

/** Starts one; `answer` is called when a request has come whole, with the connection it came on. */
export async function startRawUpstream(answer: (socket: Socket) => unknown): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      text += chunk.toString('latin1');
      if (!isWhole(text)) return;
      text = '';
      void answer(socket);
    });
  });
  await listening(server);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    received: () => received,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An answer with these lines and this body, framed by what the lines say. */
export function answerText(lines: readonly string[], body = ''): string {
  return `HTTP/1.1 ${[...lines, '', ''].join('\r\n')}${body}`;
}

/** One chunk of the chunked coding. */
export function chunk(bytes: string | Buffer): Buffer {
  const data = Buffer.from(bytes as string);
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return end !== -1 && text.length - end - 4 >= Number(length ?? 0);
}
