import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError } from 'commander';
import { messageOf } from '../../shared/errors.ts';
import { type Runtime, startRuntime } from '../runtime.ts';
import { homeOption } from './home.ts';

/** `tiergate serve`: the gateway without a window of its own. */
export function addServeCommand(program: Command, version: string): void {
  program
    .command('serve')
    .description('run the gateway without the tray app; stop it with Ctrl-C or SIGTERM')
    .addOption(homeOption())
    .option('--port <number>', 'instead of the port in the settings; 0 takes any free one', parsePort)
    .action(async ({ home, port }: { home: string; port?: number }) => {
      process.exitCode = await serve(home, port, version);
    });
}

async function serve(home: string, port: number | undefined, version: string): Promise<number> {
  const windowFiles = builtWindow();
  const runtime = await startRuntime({
    home,
    version,
    ...(port === undefined ? {} : { port }),
    ...(windowFiles === null ? {} : { windowFiles }),
  });
  const { baseUrl, notices, tools, sandbox } = runtime.status();
  for (const { message, next } of notices) process.stderr.write(`tiergate: ${message}\n${next}\n`);
  if (baseUrl === null) {
    await runtime.stop();
    return 1;
  }
  // Nothing that goes wrong in one corner may take the open turns of all tools with it.
  const survive = (error: unknown): void => {
    runtime.log.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      messageOf('internal'),
    );
  };
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);

  const lines = [`Tiergate is listening.`, `  base URL   ${baseUrl}`];
  if (tools.length === 0) {
    const { key } = await runtime.handlers['tool.add']({ name: 'default' });
    lines.push(`  local key  ${key}   (shown this once; "tiergate tool add NAME" makes another)`);
  }
  const window = runtime.windowUrl();
  lines.push(`  window     ${windowFiles === null || window === null ? 'not built; run "npm run build"' : window}`);
  if (sandbox) lines.push(`  sandbox    no account is set up, so the built-in sandbox answers`);
  // Whoever reads these lines may ask for the end at once.
  const ended = stopped(runtime);
  process.stdout.write(`${lines.join('\n')}\n`);
  await ended;
  return 0;
}

/** Resolves when the gateway has been asked to stop and has drained. */
async function stopped(runtime: Runtime): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await runtime.stop();
}

/** The built window lies beside the built main process; from a checkout, in `out` as well. */
function builtWindow(): string | null {
  const candidates = ['../renderer', '../../../out/renderer'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((folder) => existsSync(`${folder}/index.html`)) ?? null;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return port;
}
