import { createHash } from 'node:crypto';

/** A tool of one of the person's MCP servers, as a model may be offered it. */
export interface OfferedTool {
  /** What the model calls it by. */
  readonly name: string;
  readonly server: string;
  /** As the server calls it. */
  readonly tool: string;
  readonly description: string;
  /** A JSON schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Providers take names of letters, digits, `_` and `-`, up to so many. */
const LONGEST_NAME = 64;

/** Set before every name, so that a tool's own are seldom met. */
const PREFIX = 'tg';

/** The name a model is told; one that is too long, or lost a character, ends in a mark of what it was. */
export function nameFor(server: string, tool: string): string {
  const plain = `${PREFIX}_${server}_${tool.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`;
  if (plain.length <= LONGEST_NAME && plain.endsWith(tool)) return plain;
  const mark = createHash('sha256').update(tool).digest('hex').slice(0, 8);
  return `${plain.slice(0, LONGEST_NAME - mark.length - 1)}_${mark}`;
}

/** The tools under names that nobody else in the request uses. */
export function withFreeNames(tools: readonly OfferedTool[], taken: ReadonlySet<string>): OfferedTool[] {
  const used = new Set(taken);
  return tools.map((tool) => {
    let name = tool.name;
    for (let number = 2; used.has(name); number += 1) {
      const end = `_${number}`;
      name = tool.name.slice(0, LONGEST_NAME - end.length) + end;
    }
    used.add(name);
    return name === tool.name ? tool : { ...tool, name };
  });
}

/** True where a server's lists let a tool through: what is denied is denied, and an empty allow-list allows all. */
export function isAllowed(tool: string, allow: readonly string[], deny: readonly string[]): boolean {
  const matches = (pattern: string): boolean =>
    pattern.endsWith('*') ? tool.startsWith(pattern.slice(0, -1)) : tool === pattern;
  return !deny.some(matches) && (allow.length === 0 || allow.some(matches));
}
