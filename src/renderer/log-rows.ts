import type { LogLine } from '../shared/calls/app.ts';

/** One line of the log as it stands in the list. */
export interface LogRow {
  readonly key: string;
  readonly line: LogLine;
  /** Everything else the line says, short. */
  readonly fields: string;
}

/** The lines, newest first, each with a name that stays its own while others come. */
export function logRows(lines: readonly LogLine[]): LogRow[] {
  const seen = new Map<string, number>();
  return lines
    .map((line) => {
      const fields = Object.entries(line.fields)
        .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join('  ');
      const name = `${line.at}|${line.level}|${line.message}|${fields}`;
      const before = seen.get(name) ?? 0;
      seen.set(name, before + 1);
      return { key: `${name}|${before}`, line, fields };
    })
    .toReversed();
}

/** A line as JSON, as programs read it. */
export function lineText({ at, level, message, fields }: LogLine, space?: number): string {
  return JSON.stringify({ time: new Date(at).toISOString(), level, message, ...fields }, null, space);
}
