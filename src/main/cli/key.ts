import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';

/** `tiergate key …`: provider keys in the keychain of the system. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('provider keys in the keychain of this system');
  key
    .command('set <name>')
    .description('store the key given on standard input, under the name that an account’s "keychain" source uses')
    .addOption(homeOption())
    .action((name: string, { home }: { home: string }) =>
      withControl(home, async (client) => {
        // Never as an argument: every program of the user can read those.
        if (process.stdin.isTTY) process.stderr.write('Paste the key, then press Enter and Ctrl-D:\n');
        const { lastFour, fingerprint } = await client.call('key.set', {
          name,
          key: (await text(process.stdin)).trim(),
        });
        process.stdout.write(`stored ${name}: …${lastFour} (${fingerprint})\n`);
      }),
    );
  key
    .command('remove <name>')
    .description('take a key out of the keychain')
    .addOption(homeOption())
    .action((name: string, { home }: { home: string }) =>
      withControl(home, async (client) => {
        const { removed } = await client.call('key.remove', { name });
        process.stdout.write(removed ? `removed ${name}\n` : `there was no ${name}\n`);
      }),
    );
}
