import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { TiergateError } from '../../shared/errors.ts';

/** Where a command's words go, piece by piece. */
export interface Output {
  /** Resolves when more may come. */
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/** Standard output, no faster than it is read. */
export const STANDARD_OUTPUT: Output = {
  write: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  end: () => Promise.resolve(),
};

/** A file of the person's own, which nobody else may read; without a name standard output. Throws `file_unwritable`. */
export async function openOutput(file: string | undefined): Promise<Output> {
  if (file === undefined) return STANDARD_OUTPUT;
  const handle = await told(open(file, 'w', 0o600), file);
  return {
    write: (text) => told(handle.writeFile(text), file),
    end: () => told(handle.close(), file),
  };
}

async function told<Result>(done: Promise<Result>, file: string): Promise<Result> {
  try {
    return await done;
  } catch (cause) {
    throw new TiergateError('file_unwritable', cause instanceof Error ? cause.message : file, { cause });
  }
}
