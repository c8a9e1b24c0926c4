import { setTimeout as sleep } from 'node:timers/promises';
import { type ContestantName, here, startContestant } from './contestant.ts';
import type { Figures } from './figures.ts';
import type { Job, JobResult, OpenResult } from './job.ts';
import { LET_GO_MS, type Life } from './lifetime.ts';
import { openSockets, residentKiB } from './proc.ts';

/** Idle sessions that are held open together. */
const IDLE_SESSIONS = 500;

/** Short turns before, so that what is loaded and compiled but once is not counted as a session's. */
const WARM_TURNS = 300;

/** Lets a contestant collect its garbage when it is told to. */
const COLLECTOR = ['--expose-gc', '--import', here('collector.ts')];

/** How long that may take. */
const COLLECT_MS = 300;

async function residentAfterCollection(pid: number): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  await sleep(COLLECT_MS);
  return residentKiB(pid);
}

/** Another life of a contestant: start, some turns, five hundred sessions that idle, all of them left at once. */
export async function liveWithSessions(
  name: ContestantName,
  { stage, load, upstream, lengths, sent }: Life,
): Promise<Figures> {
  const program = await startContestant(name, stage, COLLECTOR);
  const { pid } = program;
  const port = Number(program.announced);
  const ask = (job: Job): Promise<unknown> => load.ask(job);
  const target = { port, pid, upstreamPid: upstream.pid, leadMs: 0, leadAnswers: WARM_TURNS, measureMs: 0 };
  const warmed = (await ask({ kind: 'turns', ...target, sessions: 8, mode: 'short' })) as JobResult;
  sent(name, warmed.sent, warmed.errors);
  await sleep(lengths.settleMs / 2);

  const socketsBefore = openSockets(pid);
  const before = await residentAfterCollection(pid);
  const opened = (await ask({ kind: 'open', port, sessions: IDLE_SESSIONS })) as OpenResult;
  await sleep(lengths.settleMs / 2);
  const perSessionKiB = ((await residentAfterCollection(pid)) - before) / IDLE_SESSIONS;
  const { open } = (await ask({ kind: 'close' })) as { open: number };
  sent(name, opened.sent, opened.errors);
  await sleep(LET_GO_MS);
  const { sessions } = (await upstream.ask({})) as { sessions: number };
  const socketsLeft = Math.max(0, openSockets(pid) - socketsBefore);
  await program.stop();
  return { perSessionKiB, notHeld: IDLE_SESSIONS - open, sessionsLeft: sessions, socketsLeft };
}
