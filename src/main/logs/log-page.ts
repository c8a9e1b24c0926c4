import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { LogLine } from '../../shared/calls/app.ts';
import { logFile } from './log.ts';

/** The end of the file that is looked at; a page is the newest lines, and older ones are for an editor. */
const REACH = 4 * 1024 * 1024;

/** As the logging library numbers them. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** Which lines are wanted. */
export interface LogRequest {
  readonly level: keyof typeof LEVELS;
  readonly text: string;
  readonly limit: number;
}

/** The newest lines of a data folder's log that are as grave and say as asked, oldest first. */
export function readLogPage(home: string, { level, text, limit }: LogRequest): LogLine[] {
  const wanted = text.toLowerCase();
  const lines: LogLine[] = [];
  for (const line of tailOf(logFile(home)).split('\n').toReversed()) {
    if (lines.length === limit) break;
    if (line === '' || (wanted !== '' && !line.toLowerCase().includes(wanted))) continue;
    const parsed = parse(line);
    if (parsed !== null && LEVELS[parsed.level] >= LEVELS[level]) lines.push(parsed);
  }
  return lines.toReversed();
}

function tailOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch {
    // Nothing has been logged here yet.
    return '';
  }
  try {
    const { size } = fstatSync(handle);
    const start = Math.max(0, size - REACH);
    const bytes = Buffer.alloc(size - start);
    const read = readSync(handle, bytes, 0, bytes.length, start);
    const tail = bytes.toString('utf8', 0, read);
    // The first line may be half a line.
    return start === 0 ? tail : tail.slice(tail.indexOf('\n') + 1);
  } finally {
    closeSync(handle);
  }
}

/** Null for a line that is cut, as the last one may be while it is being written. */
function parse(line: string): LogLine | null {
  try {
    const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const known = Object.entries(LEVELS).find(([, number]) => number === level);
    if (known === undefined || typeof time !== 'string') return null;
    return {
      at: Date.parse(time),
      level: known[0] as LogLine['level'],
      message: typeof msg === 'string' ? msg : '',
      fields,
    };
  } catch {
    return null;
  }
}
