import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { INPUT_TOKENS } from './wire.ts';

/** What the ledger holds after everything. */
export interface LedgerRows {
  readonly rows: number;
  /** Turns that were left before their end. */
  readonly partial: number;
  /** Whole turns whose tier was filtered and whose usage was read: proof that policy and metering were at work. */
  readonly metered: number;
}

/** Reads the ledger as a user would, through the command line. */
export async function readLedger(entry: string, home: string): Promise<LedgerRows> {
  const child = spawn(process.execPath, [entry, 'turns', '--jsonl', '--home', home], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let [rows, partial, metered] = [0, 0, 0];
  // Looking for text instead of parsing keeps hundreds of thousands of rows quick to count.
  for await (const line of createInterface(child.stdout)) {
    rows += 1;
    if (line.includes('"partial":true')) partial += 1;
    else if (line.includes('"verdict":"filter"') && line.includes(`"input":${INPUT_TOKENS},`)) metered += 1;
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`the ledger could not be read: turns ended with ${String(code)}`);
  return { rows, partial, metered };
}
