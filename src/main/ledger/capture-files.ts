import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** When, and of which turn; what does not look like this is not ours. */
const NAME = /^(\d{15})-([\w-]{1,64})\.sealed$/;

/** The folder of prompts and answers in a data folder. */
export function captureFolder(home: string): string {
  return join(home, 'captures');
}

/** Writes one turn's record, for its owner's eyes only. */
export async function writeCapture(folder: string, at: number, turn: string, sealed: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const file = join(folder, `${String(at).padStart(15, '0')}-${safe(turn)}.sealed`);
  try {
    await writeFile(file, sealed, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // Half a record is worth nothing.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) await rm(file, { force: true });
    throw error;
  }
}

/** One turn's record as it was written; null where there is none. */
export async function readCapture(folder: string, turn: string): Promise<Buffer | null> {
  const found = (await captures(folder)).find((capture) => capture.turn === safe(turn));
  if (found === undefined) return null;
  try {
    return await readFile(join(folder, found.name));
  } catch (error) {
    // It may have become too old in between.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Lets go of every record from before a moment; when the oldest that is left was written, or null. */
export async function sweepCaptures(folder: string, before: number): Promise<number | null> {
  let oldest: number | null = null;
  for (const { name, at } of await captures(folder)) {
    if (at < before) await rm(join(folder, name), { force: true });
    else if (oldest === null || at < oldest) oldest = at;
  }
  return oldest;
}

/** Lets go of the whole folder; returns how many records were in it. */
export async function removeCaptures(folder: string): Promise<number> {
  const { length } = await captures(folder);
  await rm(folder, { recursive: true, force: true });
  return length;
}

interface CaptureFile {
  readonly name: string;
  readonly at: number;
  readonly turn: string;
}

async function captures(folder: string): Promise<CaptureFile[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => {
    const [, at, turn] = NAME.exec(name) ?? [];
    return at === undefined || turn === undefined ? [] : [{ name, at: Number(at), turn }];
  });
}

/** A file's name has letters, digits and `-` only, whatever a turn is called. */
function safe(turn: string): string {
  return turn.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 64);
}
