import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { TASKS, type TaskName } from './tasks.ts';

/** What the thread is started with. */
export interface TaskData {
  readonly file: string;
  readonly task: TaskName;
  readonly request: unknown;
}

const { file, task, request } = workerData as TaskData;
const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
try {
  parentPort?.postMessage(TASKS[task](database, request as never));
} finally {
  database.close();
}
