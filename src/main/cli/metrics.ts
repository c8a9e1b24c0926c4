import type { Command } from 'commander';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { withExamples } from './manual.ts';
import { jsonOption, type OutputOptions, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

/** `tiergate metrics …`: the page that Prometheus scrapes, and the token that opens it. */
export function addMetricsCommands(program: Command): void {
  const metrics = program.command('metrics').description('the page for Prometheus at /_tiergate/metrics');
  const rotate = metrics
    .command('rotate')
    .description('switch the page on with a new token and show it, once; an old token opens nothing any more')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        const answer = await client.call('metrics.rotate');
        printAnswer(options, answer, [answer.key]);
      }),
    );
  withExamples(rotate, ['tiergate metrics rotate > /etc/prometheus/tiergate.token', 'Let Prometheus read the page.']);
  metrics
    .command('revoke')
    .description('switch the page off')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        printAnswer(options, await client.call('metrics.revoke'), []);
      }),
    );
}
