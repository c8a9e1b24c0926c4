import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { McpServer } from '../../shared/settings.ts';
import type { Log } from '../logs/log.ts';
import { type OfferedTool, isAllowed, nameFor } from './offered-tool.ts';
import { type CallResult, failed, resultText } from './result-text.ts';
import { type Sdk, loadSdk } from './sdk.ts';
import { say } from '../../shared/sentences.ts';

/** How long a server may take to begin, and to say what it has. */
const START_MS = 15_000;

/** One that could not begin is left alone for a while, so that no turn after the other waits for it. */
const REST_MS = 30_000;

/** A list longer than this many pages has no end. */
const MOST_PAGES = 20;

/** What a server needs of the rest of the house. */
export interface ServerOptions {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** One of the person's MCP servers: begun when a turn first needs it, begun again when it has ended. */
export class Server {
  readonly settings: McpServer;
  readonly #options: ServerOptions;
  #client: Promise<Client> | null = null;
  #tools: Promise<readonly OfferedTool[]> | null = null;
  #failedAt: number | null = null;
  /** The client whose end means that there is none any more. */
  #open: Client | null = null;
  #closed = false;
  /** Why it could not be asked the last time; null where it could. */
  problem: string | null = null;

  constructor(settings: McpServer, options: ServerOptions) {
    this.settings = settings;
    this.#options = options;
  }

  /** What it offers, as far as its lists allow; nothing while it cannot be reached. */
  async tools(): Promise<readonly OfferedTool[]> {
    const { now, log } = this.#options;
    if (this.#failedAt !== null && now() - this.#failedAt < REST_MS) return [];
    try {
      this.#tools ??= this.#connected().then((client) => this.#list(client));
      const tools = await this.#tools;
      this.problem = null;
      return tools;
    } catch (error) {
      this.#failedAt = now();
      this.problem = textOf(error);
      this.#forget();
      log.warn({ server: this.settings.name, error: textOf(error) }, say('log_mcp_tools'));
      return [];
    }
  }

  /** Calls a tool; what goes wrong is a result too. */
  async call(
    tool: string,
    given: Readonly<Record<string, unknown>>,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<CallResult> {
    try {
      const client = await this.#connected();
      const params = { name: tool, arguments: { ...given } };
      return resultText(
        await client.callTool(params, undefined, { timeout: limitMs, maxTotalTimeout: limitMs, signal }),
      );
    } catch (error) {
      this.#options.log.warn({ server: this.settings.name, tool, error: textOf(error) }, say('log_mcp_call'));
      return failed(textOf(error));
    }
  }

  /** Ends its program or its session. */
  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#forget();
    await client?.then((one) => one.close()).catch(() => undefined);
  }

  #forget(): void {
    this.#client = null;
    this.#tools = null;
  }

  #connected(): Promise<Client> {
    if (this.#closed) throw new Error('the server has been taken out of the settings');
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const { version, log } = this.#options;
    const sdk = await loadSdk();
    const client = new sdk.Client({ name: 'tiergate', version });
    client.onclose = () => {
      // The next turn begins it again.
      if (this.#open === client) this.#forget();
    };
    client.setNotificationHandler(sdk.ToolListChangedNotificationSchema, () => {
      this.#tools = null;
    });
    try {
      await client.connect(this.#transport(sdk), { timeout: START_MS });
    } catch (error) {
      this.#forget();
      await client.close().catch(() => undefined);
      throw error;
    }
    this.#failedAt = null;
    this.#open = client;
    log.info({ server: this.settings.name }, say('log_mcp_begun'));
    return client;
  }

  #transport(sdk: Sdk): Transport {
    const { command, url, env } = this.settings;
    if (url !== undefined) return new sdk.StreamableHTTPClientTransport(new URL(url));
    const [program = '', ...args] = command ?? [];
    const { environment } = this.#options;
    const named = env.flatMap((name): [string, string][] => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    });
    // Of this program's own environment it gets what every program needs, and what the person names.
    const own = { ...sdk.getDefaultEnvironment(), ...Object.fromEntries(named) };
    const transport = new sdk.StdioClientTransport({ command: program, args, env: own, stderr: 'pipe' });
    // Read, so that a program which says much there does not stand still.
    transport.stderr?.on('data', () => undefined);
    return transport;
  }

  async #list(client: Client): Promise<readonly OfferedTool[]> {
    const { name: server, allow, deny } = this.settings;
    const found: OfferedTool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { tools, nextCursor } = await client.listTools(cursor === undefined ? {} : { cursor }, {
        timeout: START_MS,
      });
      for (const { name: tool, description = '', inputSchema } of tools)
        if (isAllowed(tool, allow, deny))
          found.push({ name: nameFor(server, tool), server, tool, description, parameters: inputSchema });
      if (nextCursor === undefined) break;
      cursor = nextCursor;
    }
    return found.sort((one, other) => (one.name < other.name ? -1 : 1));
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
