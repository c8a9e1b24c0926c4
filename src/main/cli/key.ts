import type { Command } from 'commander';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { readKey } from './key-input.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

/** `tiergate key …`: provider keys in the keychain of the system. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('provider keys in the keychain of this system');
  const set = key
    .command('set <name>')
    .description('store the key given on standard input, under the name that an account’s "keychain" source uses')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((name: string, options: Options, command: Command) =>
      withControl(options.home, async (client) => {
        const stored = await client.call('key.set', { name, key: await readKey(command) });
        printAnswer(options, stored, [`stored ${name}: …${stored.lastFour} (${stored.fingerprint})`]);
      }),
    );
  withExamples(set, ['pass show openai | tiergate key set openai/1', 'Store a key without showing it.']);
  key
    .command('remove <name>')
    .description('take a key out of the keychain')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((name: string, options: Options) =>
      withControl(options.home, async (client) => {
        const answer = await client.call('key.remove', { name });
        printAnswer(options, answer, [answer.removed ? `removed ${name}` : `there was no ${name}`]);
      }),
    );
}
