import { Command, CommanderError } from 'commander';
import { ControlError, type ControlFault } from '../../shared/control.ts';
import { ERRORS, TiergateError } from '../../shared/errors.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { addAccountCommands } from './account.ts';
import { addAppCommand } from './app.ts';
import { addCaptureCommands } from './capture.ts';
import { addDoctorCommands } from './doctor.ts';
import { addExportCommand } from './export.ts';
import { addKeyCommands } from './key.ts';
import { manualOf, withExamples } from './manual.ts';
import { addMetricsCommands } from './metrics.ts';
import { addPolicyCommands } from './policy.ts';
import { addReconcileCommand } from './reconcile.ts';
import { addServeCommand } from './serve.ts';
import { addToolCommands } from './tool.ts';
import { addTurnsCommand } from './turns.ts';

/** Runs one command line and returns its exit code, as the manual's EXIT STATUS says. */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('tiergate')
    .summary('a gateway between AI tools and their providers')
    .description(
      'A gateway on your machine between AI tools and their providers: no tier leaves that your policy does not allow.',
    )
    .version(manifest.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this manual')
    .helpCommand('help [command]', 'print the manual of a command')
    .configureHelp({ formatHelp: manualOf, sortOptions: true })
    .configureOutput({
      outputError: (text, write) => write(`tiergate: ${text.replace(/^error: /, '')}`),
    })
    .showHelpAfterError('"tiergate help" and "tiergate help COMMAND" say how it is used.')
    .exitOverride();
  withExamples(
    program,
    ['tiergate serve', 'Run the gateway without the tray app.'],
    ['tiergate tool add codex', 'Make a local key for a tool.'],
    ['tiergate turns --jsonl | jq .tiers', 'Look at the four tiers of every turn.'],
  );
  addServeCommand(program, manifest.version);
  addAppCommand(program);
  addToolCommands(program);
  addAccountCommands(program);
  addPolicyCommands(program);
  addTurnsCommand(program);
  addExportCommand(program);
  addReconcileCommand(program);
  addDoctorCommands(program);
  addKeyCommands(program);
  addCaptureCommands(program);
  addMetricsCommands(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    // A command that failed without an exception has set it.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, argv.includes('--json'));
  }
}

/** Says what went wrong and what to do, on standard error. */
function report(error: unknown, json: boolean): number {
  // Commander has said it itself; asking for help is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const fault = faultOf(error);
  if (fault === null)
    process.stderr.write(`tiergate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  else
    process.stderr.write(
      json ? `${JSON.stringify({ error: fault })}\n` : `tiergate: ${fault.message}\n${fault.next}\n`,
    );
  return fault?.code === 'gateway_not_running' ? 3 : 1;
}

function faultOf(error: unknown): ControlFault | null {
  if (error instanceof TiergateError)
    return { code: error.code, message: error.message, next: ERRORS[error.code].next };
  if (error instanceof ControlError) return { code: error.code, message: error.message, next: error.next };
  return null;
}
