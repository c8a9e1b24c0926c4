import { text } from 'node:stream/consumers';
import type { Command } from 'commander';

/** The key on standard input; never an argument, which every program of the user can read. Without one the command ends. */
export async function readKey(command: Command): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Paste the key, then press Enter and Ctrl-D:\n');
  const key = (await text(process.stdin)).trim();
  return key === '' ? command.error('error: no key came on standard input') : key;
}
