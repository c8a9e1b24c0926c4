import { type Command, InvalidArgumentError } from 'commander';
import { SENTENCES } from '../../shared/sentences.ts';
import { ToolNameSchema } from '../../shared/settings.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

/** `tiergate tool …`: the local programs that may use the gateway. */
export function addToolCommands(program: Command): void {
  const tool = program.command('tool').description('the local programs that may use the gateway');
  const add = tool
    .command('add')
    .argument('<name>', 'the tool’s name', parseName)
    .description('make a local key for a tool and show it, once')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((name: string, options: Options) =>
      withControl(options.home, async (client) => {
        const added = await client.call('tool.add', { name });
        printAnswer(options, added, [added.key]);
      }),
    );
  withExamples(add, ['export TIERGATE_KEY=$(tiergate tool add codex)', 'Give a new key to a program of this shell.']);
  tool
    .command('list')
    .description('name the tools')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        const { tools } = await client.call('tool.list');
        printAnswer(
          options,
          tools,
          tools.map(({ name }) => name),
        );
      }),
    );
  tool
    .command('revoke <name>')
    .description('take a tool’s local key away')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((name: string, options: Options) =>
      withControl(options.home, async (client) => {
        printAnswer(options, await client.call('tool.revoke', { name }), []);
      }),
    );
}

function parseName(text: string): string {
  if (!ToolNameSchema.safeParse(text).success) throw new InvalidArgumentError(SENTENCES.letters_tool);
  return text;
}
