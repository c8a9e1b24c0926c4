import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { TiergateError } from '../../shared/errors.ts';
import type { TaskData } from './task-worker.ts';
import type { TaskAnswer, TaskName, TaskRequest } from './tasks.ts';

/** Does one task on a ledger's file, in a thread that lives as long as the task: it holds up neither turns nor the window's quick questions. Throws `ledger_missing`. */
export async function runTask<Name extends TaskName>(
  file: string,
  task: Name,
  request: TaskRequest<Name>,
): Promise<TaskAnswer<Name>> {
  if (!existsSync(file)) throw new TiergateError('ledger_missing', file);
  // Beside this file in both forms the program runs in: as TypeScript under Node, and built.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./task-worker.${extension}`, import.meta.url), {
    workerData: { file, task, request } satisfies TaskData,
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        reject(new Error(`the ledger’s ${task} ended without an answer`));
      });
    });
  } finally {
    await worker.terminate();
  }
}
