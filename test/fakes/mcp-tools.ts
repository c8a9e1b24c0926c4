import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

/** An MCP server with a few tools, for a program or an HTTP server to speak for; `log` names a file that hears of every call. */
export function makeMcpServer(log: string | undefined): McpServer {
  const server = new McpServer({ name: 'lab', version: '1.0.0' });
  const note = (line: string): void => {
    if (log !== undefined) appendFileSync(log, `${line}\n`);
  };
  const text = (said: string): { content: { type: 'text'; text: string }[] } => ({
    content: [{ type: 'text', text: said }],
  });
  const numbers = { a: z.number(), b: z.number() };
  server.registerTool('add', { description: 'Adds two numbers', inputSchema: numbers }, ({ a, b }) => {
    note(`add ${a} ${b}`);
    return text(String(a + b));
  });
  server.registerTool('fail', { description: 'Fails' }, () => {
    note('fail');
    throw new Error('it is broken, says sk-fake-provider-key-0001');
  });
  server.registerTool('wait', { description: 'Never answers' }, () => {
    note('wait');
    return new Promise(() => undefined);
  });
  server.registerTool('see', { description: 'Tells what it sees of the environment' }, () =>
    text(`${process.env['MCP_SHOWN'] ?? 'nothing'} and ${process.env['LAB_KEY'] ?? 'nothing'}`),
  );
  return server;
}
