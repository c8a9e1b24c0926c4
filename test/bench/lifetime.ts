import { setTimeout as sleep } from 'node:timers/promises';
import { type ContestantName, type Stage, startContestant } from './contestant.ts';
import type { Figures } from './figures.ts';
import type { HoldResult, Job, JobResult, LeaveResult } from './job.ts';
import { fineCpuMicros, openSockets, residentKiB } from './proc.ts';
import type { Program } from './process.ts';

/** How long the parts of a life take. */
export interface LifetimeLengths {
  readonly warmAnswers: number;
  /** Rest after a start or some work, before figures are read. */
  readonly settleMs: number;
  readonly idleMs: number;
  readonly holdMs: number;
}

/** Streams that are held open together. */
export const HELD_STREAMS = 1000;

/** The pause between two events of a held stream. */
const HELD_GAP_MS = 200;

/** After the tools have left, this is how long a contestant may take to let go of everything. */
export const LET_GO_MS = 1500;

/** What a life needs to know. */
export interface Life {
  readonly stage: Stage;
  readonly load: Program;
  readonly upstream: Program;
  readonly lengths: LifetimeLengths;
  /** Told how many requests went through the contestant. */
  readonly sent: (contestant: ContestantName, requests: number, errors: number) => void;
}

/** One whole life of a contestant: start, rest, a thousand streams, all of them left at once. */
export async function live(name: ContestantName, { stage, load, upstream, lengths, sent }: Life): Promise<Figures> {
  const program = await startContestant(name, stage);
  const { pid, startMs } = program;
  const port = Number(program.announced);
  await sleep(lengths.settleMs);
  const restMiB = residentKiB(pid) / 1024;

  const ask = (job: Job): Promise<unknown> => load.ask(job);
  const warm = {
    kind: 'loop',
    port,
    pid,
    upstreamPid: upstream.pid,
    leadMs: 0,
    leadAnswers: lengths.warmAnswers,
    measureMs: 0,
    connections: 8,
  } as const;
  const warmed = (await ask({ ...warm, request: { bodyBytes: 2048, mode: 'json' } })) as JobResult;
  sent(name, warmed.sent, warmed.errors);
  await sleep(lengths.settleMs);
  const idle = fineCpuMicros(pid);
  await sleep(lengths.idleMs);
  const idlePercent = (fineCpuMicros(pid) - idle) / lengths.idleMs / 10;

  const socketsBefore = openSockets(pid);
  const before = residentKiB(pid);
  const { open } = (await ask({ kind: 'hold', port, streams: HELD_STREAMS, gapMs: HELD_GAP_MS })) as HoldResult;
  await sleep(lengths.holdMs);
  const perStreamKiB = (residentKiB(pid) - before) / HELD_STREAMS;
  const left = (await ask({ kind: 'leave' })) as LeaveResult;
  sent(name, left.sent, left.broken);
  await sleep(LET_GO_MS);
  const { streams } = (await upstream.ask({})) as { streams: number };
  const socketsLeft = Math.max(0, openSockets(pid) - socketsBefore);
  await program.stop();
  return {
    startMs,
    restMiB,
    idlePercent,
    notHeld: HELD_STREAMS - open + left.broken,
    perStreamKiB,
    streamsLeft: streams,
    socketsLeft,
  };
}
