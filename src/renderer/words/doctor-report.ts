import type { Check } from '../../shared/calls/app.ts';
import type { Status } from '../../shared/control.ts';

/** What the doctor found as plain text, to be sent along with a question. It names no key and no prompt; it is always in English, as the checks are. */
export function doctorReport(
  checks: readonly Check[],
  status: Pick<Status, 'version' | 'startedAt' | 'openTurns' | 'lostRows' | 'policySource' | 'notices'> | undefined,
  now: number,
): string {
  const head =
    status === undefined
      ? []
      : [
          `Tiergate ${status.version}, running since ${new Date(status.startedAt).toISOString()}`,
          `policy: ${status.policySource}; open turns: ${status.openTurns}; turns not recorded: ${status.lostRows}`,
          ...status.notices.map(({ code, message }) => `notice ${code}: ${message}`),
        ];
  return [
    `Report of ${new Date(now).toISOString()}`,
    ...head,
    '',
    ...checks.flatMap(({ id, result, detail, next }) => [
      `${result.padEnd(8)} ${id}: ${detail}`,
      ...(next === '' ? [] : [`${' '.repeat(9)}-> ${next}`]),
    ]),
    '',
  ].join('\n');
}
