import { setTimeout as sleep } from 'node:timers/promises';
import { Caller, expectedBytes } from './caller.ts';
import type { HoldJob, HoldResult, Job, JobResult, LeaveResult, LoopJob, PacedJob } from './job.ts';
import { MeasuredTime, Tally } from './measured-time.ts';
import { prepare } from './request.ts';
import { leaveIdle, openIdle, turns } from './session-load.ts';

// The tools' side: asked by messages from the run, one job at a time.

async function loop(job: LoopJob): Promise<JobResult> {
  const { port, request, connections } = job;
  const time = new MeasuredTime();
  const prepared = prepare(request);
  const expected = expectedBytes(request.mode);
  const callers = Array.from({ length: connections }, () => {
    const caller: Caller = new Caller(port, time.tally, {
      onDone: (micros, good) => {
        if (good) time.count(micros);
        if (time.running) caller.call(prepared, expected);
      },
    });
    return caller;
  });
  for (const caller of callers) caller.call(prepared, expected);
  const result = await time.pass(job);
  for (const caller of callers) caller.destroy();
  return result;
}

async function paced(job: PacedJob): Promise<JobResult> {
  const { port, leadMs, measureMs, streams, gapMs, beside } = job;
  const time = new MeasuredTime();
  // Some events more than the measured time holds, so that no stream ends within it.
  const count = Math.ceil((leadMs + measureMs) / gapMs) + 10;
  const prepared = prepare({ bodyBytes: 2048, mode: `paced:${count}:${gapMs}` });
  const callers = Array.from({ length: streams }, () => {
    return new Caller(port, time.tally, {
      onEvent: (delay) => {
        time.count(delay);
      },
      onDone: () => undefined,
    });
  });
  const stop = beside === null ? () => undefined : others(job, beside, time);
  for (const caller of callers) {
    caller.call(prepared, null);
    // Streams of different tools do not march in step.
    await sleep(gapMs / streams);
  }
  const result = await time.pass(job);
  stop();
  for (const caller of callers) caller.destroy();
  return result;
}

const TICK_MS = 5;

/** JSON turns and 1 MiB bodies at a steady rate, on as many connections as that takes; returns what ends them. */
function others({ port }: PacedJob, beside: NonNullable<PacedJob['beside']>, time: MeasuredTime): () => void {
  const small = prepare({ bodyBytes: 2048, mode: 'json' });
  const large = prepare({ bodyBytes: 1024 * 1024, mode: 'json' });
  const callers: Caller[] = [];
  const expected = expectedBytes('json');
  let [dueSmall, dueLarge] = [0, 0];
  const send = (body: typeof small): void => {
    let caller = callers.find(({ busy }) => !busy);
    if (caller === undefined) {
      caller = new Caller(port, time.tally, { onDone: () => undefined });
      callers.push(caller);
    }
    caller.call(body, expected);
  };
  const timer = setInterval(() => {
    if (!time.running) return;
    for (dueSmall += (beside.jsonPerSecond * TICK_MS) / 1000; dueSmall >= 1; dueSmall -= 1) send(small);
    for (dueLarge += (beside.largePerSecond * TICK_MS) / 1000; dueLarge >= 1; dueLarge -= 1) send(large);
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    for (const caller of callers) caller.destroy();
  };
}

let held: Caller[] = [];
let heldTally = new Tally();

/** How long all streams together may take to open. */
const OPENING_MS = 10_000;

async function hold({ port, streams, gapMs }: HoldJob): Promise<HoldResult> {
  heldTally = new Tally();
  const tally = heldTally;
  const prepared = prepare({ bodyBytes: 2048, mode: `paced:0:${gapMs}` });
  let begun = 0;
  for (let index = 0; index < streams; index += 1) {
    const caller = new Caller(port, tally, { onBegun: () => (begun += 1), onDone: () => undefined });
    caller.call(prepared, null);
    held.push(caller);
    if (index % 20 === 19) await sleep(5);
  }
  for (let waited = 0; begun < streams && tally.open === streams && waited < OPENING_MS; waited += 20) await sleep(20);
  return { open: begun };
}

function leave(): LeaveResult {
  const { sent, errors, answered } = heldTally;
  for (const caller of held) caller.destroy();
  held = [];
  // None of them ends by itself, so one that did is an error too.
  return { sent, broken: errors + answered };
}

async function work(job: Job): Promise<object> {
  switch (job.kind) {
    case 'loop':
      return loop(job);
    case 'paced':
      return paced(job);
    case 'hold':
      return hold(job);
    case 'leave':
      return leave();
    case 'turns':
      return turns(job);
    case 'open':
      return openIdle(job);
    case 'close':
      return leaveIdle();
  }
}

process.on('message', (job: Job) => {
  void work(job).then((result) => process.send?.(result));
});
process.stdout.write('ready\n');
