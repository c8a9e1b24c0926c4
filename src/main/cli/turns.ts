import { once } from 'node:events';
import type { Command } from 'commander';
import type { Turn } from '../../shared/turn.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';

/** Rows asked for at a time: enough to be quick, few enough to stay small in memory. */
const PAGE = 1000;

/** `tiergate turns`: the finished turns, oldest first. */
export function addTurnsCommand(program: Command): void {
  program
    .command('turns')
    .description('print the finished turns, oldest first')
    .option('--jsonl', 'one JSON object a line, with everything that is known')
    .addOption(homeOption())
    .action(({ home, jsonl }: { home: string; jsonl?: true }) =>
      withControl(home, async (client) => {
        for (let after = 0, more = true; more;) {
          const page = await client.call('turns.page', { order: 'oldest', after, limit: PAGE });
          for (const turn of page.turns) await print(jsonl === true ? JSON.stringify(turn) : summary(turn));
          after = page.turns.at(-1)?.seq ?? after;
          ({ more } = page);
        }
      }),
    );
}

async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

function summary({ startedAt, tool, models, tiers, verdict, rule, status, error }: Turn): string {
  const way = [tiers.requested ?? 'none', tiers.sent ?? 'none', tiers.served ?? 'not known'].join(' → ');
  const why = rule === null ? '' : ` (${verdict ?? ''} by ${rule})`;
  return `${new Date(startedAt).toISOString()}  ${tool}  ${models.upstream ?? models.requested ?? '—'}  ${way}${why}  ${status ?? '—'}${error === null ? '' : ` ${error}`}`;
}
