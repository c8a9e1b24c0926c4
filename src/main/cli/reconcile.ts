import { type Command, InvalidArgumentError } from 'commander';
import type { Report } from '../../shared/calls/data.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { readInput } from './input-file.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

/** What the command was given. */
interface Options extends OutputOptions {
  readonly home: string;
  readonly account?: string;
  readonly key?: string;
  readonly from?: number;
  readonly until?: number;
}

/** `tiergate reconcile`: the provider's bill beside the ledger. */
export function addReconcileCommand(program: Command): void {
  const command = program
    .command('reconcile [file]')
    .description('set the provider’s export of usage or costs beside the ledger, or fetch it with an admin key')
    .option('--account <id>', 'whose turns; without it those of every key account at OpenAI')
    .option('--key <name>', 'fetch with this admin key of the keychain, instead of reading a file')
    .option('--from <day>', 'fetch from this day on (UTC), such as 2026-11-01', parseDay)
    .option('--until <day>', 'fetch up to before this day', parseDay)
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((file: string | undefined, options: Options) => {
      const { account, key, from, until = Date.now() } = options;
      if (key === undefined && file === undefined) command.error('error: name a file, or give --key to fetch');
      if (key !== undefined && (account === undefined || from === undefined))
        command.error('error: to fetch, give --account, --key and --from');
      return withControl(options.home, async (client) => {
        const report =
          key !== undefined && account !== undefined && from !== undefined
            ? await client.call('reconcile.fetch', { account, key, from, until })
            : await client.call('reconcile.import', { account, text: readInput(file ?? '-') });
        printAnswer(options, report, linesOf(report));
      });
    });
  withExamples(
    command,
    ['tiergate reconcile usage.csv', 'Compare with a file that the provider exported.'],
    ['tiergate reconcile --account openai --key openai/admin --from 2026-11-01', 'Fetch this month and compare.'],
  );
}

function linesOf({ lines, reasons }: Report): string[] {
  return [
    ...lines.map(({ day, model, tier, provider, ledger, difference, reason }) =>
      [
        new Date(day).toISOString().slice(0, 10),
        (model ?? 'no model').padEnd(20),
        (tier ?? 'all').padEnd(9),
        `${provider.requests ?? '—'} / ${ledger.requests} requests`.padEnd(24),
        `${usd(provider.cost)} / ${usd(ledger.cost)}`.padEnd(28),
        `${usd(difference).padStart(12)}  ${reason}`,
      ].join('  '),
    ),
    '',
    ...reasons.map(({ reason, lines: count, difference }) => `${reason}: ${count} lines, ${usd(difference)}`),
  ];
}

/** To a hundredth of a cent; what is not known is a dash. */
function usd(money: string | null): string {
  if (money === null) return '—';
  const amount = BigInt(money);
  const [sign, whole] = amount < 0n ? ['-', -amount] : ['', amount];
  const hundredths = (whole + 50_000_000n) / 100_000_000n;
  return `${sign}$${hundredths / 10_000n}.${String(hundredths % 10_000n).padStart(4, '0')}`;
}

function parseDay(text: string): number {
  const day = Date.parse(text);
  if (Number.isNaN(day)) throw new InvalidArgumentError('a day is written like 2026-11-01');
  return day;
}
