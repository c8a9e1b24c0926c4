import type { Command } from 'commander';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

/** `tiergate capture …`: what was asked and answered, where that was kept. */
export function addCaptureCommands(program: Command): void {
  const capture = program.command('capture').description('prompts and answers, where they were kept');
  const show = capture
    .command('show')
    .argument('<turn>', 'the id of a turn')
    .description('print what was asked and answered in a turn')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((turn: string, options: Options) =>
      withControl(options.home, async (client) => {
        const kept = await client.call('capture.get', { turn });
        const { prompt, answer, cut } = kept;
        const said = [prompt, answer].filter((text) => text !== null).map(forTerminal);
        const lines = said.length === 0 ? ['Nothing was kept of this turn.'] : said;
        printAnswer(options, kept, cut ? [...lines, '[what was longer than the limit is cut]'] : lines);
      }),
    );
  withExamples(show, [
    'tiergate capture show "$(tiergate turns --jsonl | tail -1 | jq -r .id)"',
    'What the last turn was about.',
  ]);
  capture
    .command('wipe')
    .description('remove every prompt and answer that was kept, and the key that sealed them')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        const answer = await client.call('capture.wipe');
        printAnswer(options, answer, [`Removed what was said in ${answer.removed} turns.`]);
      }),
    );
}

/** Somebody else wrote it, and a terminal obeys some letters. */
function forTerminal(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, '\u{fffd}');
}
