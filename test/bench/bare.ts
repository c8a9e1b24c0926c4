import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { relaySockets } from './bare-relay.ts';

// The yardstick: the least a Node program does that passes requests on. No keys, no policy, no ledger.
const origin = process.argv[2] ?? '';
const upstream = new Pool(origin, { connections: null });

const server = createServer((request, response) => {
  const headers = { ...request.headers };
  delete headers.host;
  delete headers.connection;
  upstream.stream(
    { path: request.url ?? '/', method: request.method ?? 'GET', headers, body: request },
    ({ statusCode, headers: answered }) => {
      const passed = { ...answered };
      delete passed['connection'];
      delete passed['keep-alive'];
      delete passed['transfer-encoding'];
      response.writeHead(statusCode, passed);
      return response;
    },
    (error) => {
      if (error === null) return;
      if (!response.headersSent) response.writeHead(502);
      response.end();
    },
  );
});

relaySockets(server, origin);

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/v1\n`);
});
