import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { TiergateError } from '../../shared/errors.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';

/** `tiergate policy …`: show the policy, check a document, put it in force. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy').description('which tiers may leave this machine');
  policy
    .command('show')
    .description('print the policy in force as JSON')
    .addOption(homeOption())
    .action(({ home }: { home: string }) =>
      withControl(home, async (client) => {
        process.stdout.write(`${JSON.stringify(await client.call('policy.get'), null, 2)}\n`);
      }),
    );
  policy
    .command('set <file>')
    .description('put a policy in force; returns when it counts for the next request ("-" reads standard input)')
    .addOption(homeOption())
    .action((file: string, { home }: { home: string }) =>
      withControl(home, async (client) => {
        const { rules } = await client.call('policy.set', { policy: readDocument(file) });
        process.stdout.write(`in force: ${rules.length} rules\n`);
      }),
    );
  policy
    .command('check <file>')
    .description('say what is wrong with a policy, and change nothing')
    .addOption(homeOption())
    .action((file: string, { home }: { home: string }) =>
      withControl(home, async (client) => {
        const { problems } = await client.call('policy.check', { policy: readDocument(file) });
        for (const { path, message } of problems) process.stderr.write(`${path}: ${message}\n`);
        if (problems.length === 0) process.stdout.write('the policy is valid\n');
        else process.exitCode = 1;
      }),
    );
}

function readDocument(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as unknown;
  } catch (cause) {
    throw new TiergateError('policy_invalid', `${file}: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}
