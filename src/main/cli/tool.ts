import type { Command } from 'commander';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';

/** `tiergate tool …`: the local programs that may use the gateway. */
export function addToolCommands(program: Command): void {
  const tool = program.command('tool').description('the local programs that may use the gateway');
  tool
    .command('add <name>')
    .description('make a local key for a tool and show it, once')
    .addOption(homeOption())
    .action((name: string, { home }: { home: string }) =>
      withControl(home, async (client) => {
        const { key } = await client.call('tool.add', { name });
        process.stdout.write(`${key}\n`);
      }),
    );
  tool
    .command('list')
    .description('name the tools')
    .addOption(homeOption())
    .action(({ home }: { home: string }) =>
      withControl(home, async (client) => {
        const { tools } = await client.call('tool.list');
        for (const { name } of tools) process.stdout.write(`${name}\n`);
      }),
    );
  tool
    .command('revoke <name>')
    .description('take a tool’s local key away')
    .addOption(homeOption())
    .action((name: string, { home }: { home: string }) =>
      withControl(home, async (client) => {
        await client.call('tool.revoke', { name });
      }),
    );
}
