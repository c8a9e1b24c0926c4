import type { Settings } from '../../shared/settings.ts';
import type { OfferedTool } from './offered-tool.ts';
import { type CallResult, failed } from './result-text.ts';
import { Server, type ServerOptions } from './server.ts';

type McpSettings = Settings['mcp'];

/** What the servers need of the rest of the house. */
export interface McpOptions extends ServerOptions {
  /** Told which of them cannot be asked, and why; null where all can. */
  readonly failing: (detail: string | null) => void;
}

/** The person's MCP servers. */
export class McpServers {
  readonly #options: McpOptions;
  #settings: McpSettings | null = null;
  #servers = new Map<string, Server>();

  constructor(options: McpOptions) {
    this.#options = options;
  }

  /** Takes up new settings: what has changed or gone is ended, what is new begins when it is needed. */
  follow(settings: McpSettings): void {
    this.#settings = settings;
    const before = this.#servers;
    this.#servers = new Map(
      settings.servers
        .filter(({ enabled }) => enabled && settings.enabled)
        .map((one) => {
          const running = before.get(one.name);
          const same = running !== undefined && JSON.stringify(running.settings) === JSON.stringify(one);
          return [one.name, same ? running : new Server(one, this.#options)];
        }),
    );
    const kept = new Set(this.#servers.values());
    for (const server of before.values()) if (!kept.has(server)) void server.close();
    this.#tell();
  }

  /** Whether a tool's turns are offered anything. */
  serves(tool: string): boolean {
    const settings = this.#settings;
    if (settings === null || this.#servers.size === 0) return false;
    return settings.tools.length === 0 || settings.tools.includes(tool);
  }

  /** What all of them offer; those that do not answer offer nothing. */
  async tools(): Promise<OfferedTool[]> {
    const all = await Promise.all([...this.#servers.values()].map((server) => server.tools()));
    this.#tell();
    return all.flat();
  }

  #tell(): void {
    const problems = [...this.#servers].flatMap(([name, { problem }]) =>
      problem === null ? [] : [`${name} (${problem})`],
    );
    this.#options.failing(problems.length === 0 ? null : problems.join(', '));
  }

  /** Calls one of their tools with the arguments that a model wrote. */
  async call(
    { server, tool }: OfferedTool,
    written: string,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<CallResult> {
    const given = argumentsIn(written);
    if (given === null) return failed('the arguments are not a JSON object');
    const found = this.#servers.get(server);
    return found === undefined
      ? failed('the server has been taken out of the settings')
      : found.call(tool, given, limitMs, signal);
  }

  /** Ends them all. */
  async close(): Promise<void> {
    const all = [...this.#servers.values()];
    this.#servers = new Map();
    await Promise.all(all.map((server) => server.close()));
  }
}

function argumentsIn(written: string): Readonly<Record<string, unknown>> | null {
  if (written.trim() === '') return {};
  try {
    const given: unknown = JSON.parse(written);
    return typeof given === 'object' && given !== null && !Array.isArray(given) ? { ...given } : null;
  } catch {
    return null;
  }
}
