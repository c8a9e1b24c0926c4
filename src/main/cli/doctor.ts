import type { Command } from 'commander';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;

/** `tiergate doctor` and `tiergate backup`: whether all is well, and a copy for when it is not. */
export function addDoctorCommands(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('look at everything a gateway needs, and change nothing; ends with 1 when something has failed')
    .option('--online', 'also connect to each account’s upstream; nothing is sent')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options & { readonly online?: true }) =>
      withControl(options.home, async (client) => {
        const { checks } = await client.call('doctor.run', { online: options.online === true });
        const lines = checks.flatMap(({ id, result, detail, next }) => [
          `${MARKS[result]}  ${id.padEnd(8)}  ${detail}`,
          ...(next === '' ? [] : [`                   ${next}`]),
        ]);
        printAnswer(options, checks, lines);
        if (checks.some(({ result }) => result === 'failed')) process.exitCode = 1;
      }),
    );
  withExamples(doctor, ['tiergate doctor --json | jq \'.[] | select(.result != "ok")\'', 'What is not well.']);
  program
    .command('backup')
    .description('copy the ledger as it stands into the data folder’s backups, also while the gateway runs')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        const made = await client.call('backup.make');
        printAnswer(options, made, [made.file]);
      }),
    );
}
