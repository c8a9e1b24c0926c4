import { Command, CommanderError } from 'commander';
import { ERRORS, TiergateError } from '../../shared/errors.ts';
import { ControlError } from '../../shared/control.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { addKeyCommands } from './key.ts';
import { addPolicyCommands } from './policy.ts';
import { addServeCommand } from './serve.ts';
import { addToolCommands } from './tool.ts';
import { addTurnsCommand } from './turns.ts';

/** Runs one command line and returns its exit code: 0 done, 1 failed, 2 not understood. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('tiergate')
    .description(
      'A gateway on your machine between AI tools and their providers: no tier leaves that your policy does not allow.',
    )
    .version(manifest.version)
    .showHelpAfterError()
    .exitOverride();
  addServeCommand(program, manifest.version);
  addToolCommands(program);
  addPolicyCommands(program);
  addTurnsCommand(program);
  addKeyCommands(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    // A command that failed without an exception has set it.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

/** Says what went wrong and what to do, on standard error. */
function report(error: unknown): number {
  // Commander has said it itself; asking for help is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof TiergateError) process.stderr.write(`tiergate: ${error.message}\n${ERRORS[error.code].next}\n`);
  else if (error instanceof ControlError) process.stderr.write(`tiergate: ${error.message}\n${error.next}\n`);
  else process.stderr.write(`tiergate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
