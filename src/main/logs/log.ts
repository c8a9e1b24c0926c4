import { mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { destination, multistream, pino } from 'pino';
import type { Said } from '../../shared/sentences.ts';

/** One line: fields for the program, a message for the person. */
type Write = (fields: object, message: Said) => void;

/** The structured log: JSON lines in the data folder. */
export interface Log {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  close(): void;
}

/** How a log is made. */
export interface LogOptions {
  readonly home: string;
  /** Cleans every line before it is written. */
  readonly redact: (line: string) => string;
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
}

/** A log that has grown beyond this at a start is put aside, and the one put aside before is let go. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The log's file in a data folder. */
export function logFile(home: string): string {
  return join(home, 'logs', 'tiergate.log');
}

/** Opens `logs/tiergate.log` of a data folder; lines are written off the event loop, each as soon as the last is done. */
export function openLog({ home, redact, level = 'info' }: LogOptions): Log {
  const file = logFile(home);
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  setLargeOneAside(file);
  const stream = destination({ dest: file, sync: false, mode: 0o600, append: true });
  // Disk trouble must not end the process; the ledger announces it.
  stream.on('error', () => undefined);
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks: { streamWrite: redact } },
    multistream([{ level, stream }]),
  );
  let closed = false;
  // What is still under way when the program ends may have something to say; nobody can be told any more, and the
  // stream would throw, which ends a program that is about to end well.
  const unlessClosed =
    (write: Write): Write =>
    (fields, message) => {
      if (!closed) write(fields, message);
    };
  return {
    info: unlessClosed((fields, message) => {
      logger.info(fields, message);
    }),
    warn: unlessClosed((fields, message) => {
      logger.warn(fields, message);
    }),
    error: unlessClosed((fields, message) => {
      logger.error(fields, message);
    }),
    close: () => {
      closed = true;
      stream.end();
    },
  };
}

function setLargeOneAside(file: string): void {
  try {
    if (statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet, or it cannot be moved and then grows on.
  }
}

/** A log that goes nowhere. */
export const SILENT: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  close: () => undefined,
};
