import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { makeMcpServer } from './mcp-tools.ts';

/** An MCP server over HTTP. */
export interface McpHttp {
  readonly url: string;
  /** Questions that were asked of it. */
  readonly asked: number;
  close(): Promise<void>;
}

/** Starts one on a free port of the loopback; each request stands for itself. */
export async function startMcpHttp(): Promise<McpHttp> {
  let asked = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked += 1;
    const transport = new StreamableHTTPServerTransport({});
    await makeMcpServer(undefined).connect(transport);
    await transport.handleRequest(request, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    get asked() {
      return asked;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
