import type { Command } from 'commander';
import type { Turn } from '../../shared/turn.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { STANDARD_OUTPUT } from './output-file.ts';
import { jsonOption, type OutputOptions } from './output.ts';

/** Rows asked for at a time: enough to be quick, few enough to stay small in memory. */
const PAGE = 1000;

/** `tiergate turns`: the finished turns, oldest first. */
export function addTurnsCommand(program: Command): void {
  const turns = program
    .command('turns')
    .description('print the finished turns, oldest first')
    .option('--jsonl', 'one JSON object a line, with everything that is known')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(({ home, json, jsonl }: OutputOptions & { readonly home: string; readonly jsonl?: true }) =>
      withControl(home, async (client) => {
        // Written as it comes, so that a ledger of any length needs no memory.
        let before = json === true ? '[' : '';
        for (let after = 0, more = true; more;) {
          const page = await client.call('turns.page', { order: 'oldest', after, limit: PAGE });
          for (const turn of page.turns) {
            const text = json === true || jsonl === true ? JSON.stringify(turn) : summary(turn);
            await STANDARD_OUTPUT.write(json === true ? before + text : `${text}\n`);
            if (json === true) before = ',\n';
          }
          after = page.turns.at(-1)?.seq ?? after;
          ({ more } = page);
        }
        if (json === true) await STANDARD_OUTPUT.write(before === '[' ? '[]\n' : ']\n');
      }),
    );
  withExamples(turns, ['tiergate turns --jsonl | tail -n 1', 'Everything that is known of the last turn.']);
}

function summary({ startedAt, sentAt, tool, models, tiers, verdict, rule, status, error }: Turn): string {
  const left = sentAt === null ? ['not sent'] : [tiers.sent ?? 'none', tiers.served ?? 'not known'];
  const way = [tiers.requested ?? 'none', ...left].join(' → ');
  const why = rule === null ? '' : ` (${verdict ?? ''} by ${rule})`;
  return `${new Date(startedAt).toISOString()}  ${tool}  ${models.upstream ?? models.requested ?? '—'}  ${way}${why}  ${status ?? '—'}${error === null ? '' : ` ${error}`}`;
}
