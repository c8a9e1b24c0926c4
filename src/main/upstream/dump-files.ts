import { chmod, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The most of one file that is shown. */
const SHOWN_BYTES = 4 * 1024 * 1024;

/** What one file of a dump is about. */
export type DumpSide = 'request' | 'response';

/** When, of which turn, of which of its attempts, and what. */
const NAME = /^(\d{8}T\d{9}Z)_([\w-]{1,64})_(\d{1,4})\.(request|response)\.txt$/;

/** The folder of dumps in a data folder. */
export function dumpFolder(home: string): string {
  return join(home, 'dumps');
}

/** A file's name: letters, digits and `-` only, whatever a turn is called. */
export function dumpName(at: number, turn: string, attempt: number, side: DumpSide): string {
  const time = new Date(at).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}_${safe(turn)}_${Math.min(Math.max(Math.trunc(attempt), 0), 9999)}.${side}.txt`;
}

/** Makes the folder where it is missing, and closes it to everybody else. */
export async function makeDumpFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** How much is kept. */
export interface DumpLimits {
  readonly maxFiles: number;
  readonly maxAgeHours: number;
}

/** Lets go of what is too old or too much, oldest first; when the oldest that is left will be too old, or null. */
export async function sweepDumps(
  folder: string,
  { maxFiles, maxAgeHours }: DumpLimits,
  now: number,
): Promise<number | null> {
  const files = await dumps(folder);
  const age = maxAgeHours * 3_600_000;
  const kept = files.filter(({ at }, index) => at + age > now && files.length - index <= maxFiles);
  const left = new Set(kept);
  for (const file of files) if (!left.has(file)) await rm(join(folder, file.name), { force: true });
  const [oldest] = kept;
  return oldest === undefined ? null : oldest.at + age;
}

/** The files of a turn's attempts, as text; empty for a side that is not there. */
export async function readDumps(folder: string, turn: string): Promise<Record<DumpSide, string>[]> {
  const attempts = new Map<number, Record<DumpSide, string>>();
  for (const file of await dumps(folder)) {
    if (file.turn !== safe(turn)) continue;
    const attempt = attempts.get(file.attempt) ?? { request: '', response: '' };
    attempt[file.side] = await readText(join(folder, file.name));
    attempts.set(file.attempt, attempt);
  }
  return [...attempts].sort(([a], [b]) => a - b).map(([, attempt]) => attempt);
}

interface DumpFile {
  readonly name: string;
  readonly at: number;
  readonly turn: string;
  readonly attempt: number;
  readonly side: DumpSide;
}

/** The dumps of a folder, oldest first; files that were put there by somebody else are none. */
async function dumps(folder: string): Promise<DumpFile[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().flatMap((name) => {
    const [, time = '', turn = '', attempt = '', side] = NAME.exec(name) ?? [];
    if (side !== 'request' && side !== 'response') return [];
    const iso = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z');
    return { name, at: Date.parse(iso), turn, attempt: Number(attempt), side };
  });
}

async function readText(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, SHOWN_BYTES)));
    const text = buffer.toString('utf8', 0, bytesRead);
    return size > SHOWN_BYTES ? `${text}\n[${size - SHOWN_BYTES} bytes more in the file]\n` : text;
  } finally {
    await handle.close();
  }
}

function safe(turn: string): string {
  return turn.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 64);
}
