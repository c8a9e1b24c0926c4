import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TurnFilter } from '../../shared/calls/turn.ts';
import type { CallArguments, CallOutput } from '../../shared/control.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { openOutput } from './output-file.ts';
import { jsonOption, type OutputOptions } from './output.ts';

/** What the command was given. */
interface Options extends OutputOptions {
  readonly home: string;
  readonly format: CallArguments<'export.piece'>['format'];
  readonly out?: string;
  readonly from?: number;
  readonly until?: number;
  readonly tool?: string[];
  readonly account?: string[];
  readonly model?: string[];
  readonly tier?: string[];
  readonly status?: TurnFilter['status'];
}

/** `tiergate export`: the turns as a table or as lines, for other programs. */
export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('write the turns out, oldest first, in pieces, so that a ledger of any length needs no memory')
    .addOption(
      new Option('--format <format>', 'as a table or as lines of JSON').choices(['csv', 'jsonl']).default('csv'),
    )
    .option('--out <file>', 'into a file of your own instead of standard output')
    .option('--from <time>', 'turns that began then or later, such as 2026-11-01', parseTime)
    .option('--until <time>', 'turns that began before then', parseTime)
    .option('--tool <name...>', 'turns of these tools')
    .option('--account <id...>', 'turns of these accounts')
    .option('--model <name...>', 'turns of these models')
    .option('--tier <name...>', 'turns billed in these tiers; "unknown" is one of them')
    .addOption(new Option('--status <status>', 'turns that ended so').choices(['ok', 'failed', 'blocked', 'partial']))
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) => writeOut(options));
  withExamples(
    command,
    ['tiergate export --from 2026-11-01 --out november.csv', 'A month for a spreadsheet.'],
    ['tiergate export --format jsonl --tier priority | jq .cost.total', 'What each Fast turn cost, in picodollars.'],
  );
}

async function writeOut({ home, json, out, ...options }: Options): Promise<void> {
  const { from, until, tool, account, model, tier, status } = options;
  const filter: TurnFilter = { from, until, tools: tool, accounts: account, models: model, tiers: tier, status };
  const format = json === true ? 'jsonl' : options.format;
  await withControl(home, async (client) => {
    const output = await openOutput(out);
    for (let after: number | null = 0; after !== null;) {
      const piece: CallOutput<'export.piece'> = await client.call('export.piece', { format, filter, after });
      await output.write(piece.text);
      after = piece.next;
    }
    await output.end();
  });
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('a time is written like 2026-11-01 or 2026-11-01T12:00:00Z');
  return time;
}
