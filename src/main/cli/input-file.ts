import { readFileSync } from 'node:fs';
import { TiergateError } from '../../shared/errors.ts';

const STANDARD_INPUT = 0;

/** The text of a file that a command was given; `-` is standard input. Throws `file_unreadable`. */
export function readInput(file: string): string {
  try {
    return readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8');
  } catch (cause) {
    throw new TiergateError('file_unreadable', cause instanceof Error ? cause.message : file, { cause });
  }
}
