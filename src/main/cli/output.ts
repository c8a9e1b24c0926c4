import { Option } from 'commander';

/** What every command may be asked for. */
export interface OutputOptions {
  readonly json?: true;
}

/** The option by which programs ask for an answer that they can read. */
export function jsonOption(): Option {
  return new Option('--json', 'print the answer as one JSON value, and a failure as one on standard error');
}

/** Prints a command's answer: one JSON value for programs, lines for people. */
export function printAnswer({ json }: OutputOptions, answer: unknown, lines: readonly string[]): void {
  const text = json === true ? [JSON.stringify(answer)] : lines;
  if (text.length > 0) process.stdout.write(`${text.join('\n')}\n`);
}
