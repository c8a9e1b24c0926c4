import type { Command } from 'commander';
import { TiergateError } from '../../shared/errors.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { readInput } from './input-file.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

/** `tiergate policy …`: show the policy, check a document, put it in force. */
export function addPolicyCommands(program: Command): void {
  const policy = program.command('policy').description('which tiers may leave this machine');
  policy
    .command('show')
    .description('print the policy in force as JSON')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        const policy = await client.call('policy.get');
        printAnswer(options, policy, [JSON.stringify(policy, null, 2)]);
      }),
    );
  const set = policy
    .command('set <file>')
    .description('put a policy in force; returns when it counts for the next request ("-" reads standard input)')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((file: string, options: Options) =>
      withControl(options.home, async (client) => {
        const inForce = await client.call('policy.set', { policy: readDocument(file) });
        printAnswer(options, inForce, [`in force: ${inForce.rules.length} rules`]);
      }),
    );
  withExamples(set, ['tiergate policy set policy.json', 'Put a file’s rules in force.']);
  policy
    .command('check <file>')
    .description('say what is wrong with a policy, and change nothing')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((file: string, options: Options) =>
      withControl(options.home, async (client) => {
        const { problems } = await client.call('policy.check', { policy: readDocument(file) });
        printAnswer(options, { problems }, problems.length === 0 ? ['the policy is valid'] : []);
        if (problems.length === 0) return;
        process.exitCode = 1;
        if (options.json !== true)
          for (const { path, message } of problems) process.stderr.write(`${path}: ${message}\n`);
      }),
    );
}

function readDocument(file: string): unknown {
  const text = readInput(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new TiergateError('policy_invalid', `${file}: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}
