import { setTimeout as sleep } from 'node:timers/promises';
import type { JobResult, OpenJob, OpenResult, TurnsJob } from './job.ts';
import { MeasuredTime, Tally } from './measured-time.ts';
import { prepareSession } from './request.ts';
import { SessionCaller } from './session-caller.ts';

/** Sessions that each begin the next turn when the last has ended. */
export async function turns(job: TurnsJob): Promise<JobResult> {
  const time = new MeasuredTime();
  const session = prepareSession(job.mode);
  const callers = Array.from({ length: job.sessions }, () => {
    const caller: SessionCaller = new SessionCaller(job.port, time.tally, session, (micros, good) => {
      if (good) time.count(micros);
      if (time.running) caller.call();
    });
    return caller;
  });
  for (const caller of callers) caller.call();
  const result = await time.pass(job);
  for (const caller of callers) caller.destroy();
  return result;
}

let idle: SessionCaller[] = [];

/** How long all sessions together may take to open and have their turn. */
const OPENING_MS = 10_000;

/** Opens sessions that have one short turn each and then stay, unused. */
export async function openIdle({ port, sessions }: OpenJob): Promise<OpenResult> {
  const tally = new Tally();
  const session = prepareSession('short');
  for (let index = 0; index < sessions; index += 1) {
    const caller = new SessionCaller(port, tally, session, () => undefined);
    caller.call();
    idle.push(caller);
    if (index % 20 === 19) await sleep(5);
  }
  for (let waited = 0; tally.open > 0 && waited < OPENING_MS; waited += 20) await sleep(20);
  return { sent: tally.sent, errors: tally.errors + tally.open };
}

/** Leaves all of them at once; tells how many were still open. */
export function leaveIdle(): { readonly open: number } {
  const open = idle.filter((caller) => caller.open).length;
  for (const caller of idle) caller.destroy();
  idle = [];
  return { open };
}
