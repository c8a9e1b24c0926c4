import { appendFileSync } from 'node:fs';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { makeMcpServer } from './mcp-tools.ts';

/** An MCP server as a program: it notes when it begins, and what it is asked. */
const log = process.env['MCP_LOG'];
if (log !== undefined) appendFileSync(log, `begun ${process.pid}\n`);
process.stderr.write('ready\n');
await makeMcpServer(log).connect(new StdioServerTransport());
