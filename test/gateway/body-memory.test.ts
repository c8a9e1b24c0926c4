import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBody } from '../../src/main/gateway/request-body.ts';
import { bodyUp, Dispatch } from '../../src/main/upstream/dispatch.ts';
import { Connector } from '../../src/main/upstream/connector.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const MIB = 1024 * 1024;

let sizes: number[];
/** Requests that have been read and are not answered yet. */
let open: ServerResponse[];
const server = createServer((request, response) => void take(request, response));

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, response, 64);
  sizes.push('code' in body ? 0 : body.length);
  open.push(response);
}

beforeEach(async () => {
  [sizes, open] = [[], []];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const response of open) response.end('{}');
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** Memory outside the heap once everything that nobody needs is gone. */
function held(): number {
  collect();
  return process.memoryUsage().arrayBuffers / MIB;
}

test('a body that was read is let go while its request still waits for the answer', async () => {
  const before = held();
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  for (let left = 4; left > 0; left -= 1) {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${8 * MIB}\r\n\r\n`);
    for (let sent = 0; sent < 8; sent += 1) socket.write(Buffer.alloc(MIB, 120));
    sockets.push(socket);
  }
  await expect.poll(() => sizes).toEqual(Array.from({ length: 4 }, () => 8 * MIB));
  await expect.poll(held).toBeLessThan(before + 8);
  for (const socket of sockets) socket.destroy();
});

/** Apart, so that nothing of it lives in the test's own variables. */
function goUp(dispatch: Dispatch, port: number): void {
  const nothing = (): void => undefined;
  const { body, length } = bodyUp([Buffer.alloc(8 * MIB, 120)]);
  const headers = ['content-type', 'application/json', 'content-length', length ?? ''];
  dispatch.send(
    { origin: `http://127.0.0.1:${port}`, path: '/', headers, body },
    {
      onRequestStart: nothing,
      onResponseStart: nothing,
      onResponseData: nothing,
      onResponseEnd: nothing,
      onResponseError: nothing,
    },
  );
}

test('a body that has gone up is let go while its answer is waited for', async () => {
  const before = held();
  const { port } = server.address() as AddressInfo;
  const dispatch = new Dispatch(new Connector(() => []));
  for (let left = 4; left > 0; left -= 1) goUp(dispatch, port);
  await expect.poll(() => sizes).toEqual(Array.from({ length: 4 }, () => 8 * MIB));
  await expect.poll(held).toBeLessThan(before + 8);
  await dispatch.close();
});
