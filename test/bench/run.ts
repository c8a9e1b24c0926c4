import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  CONTESTANTS,
  type ContestantName,
  type Stage,
  gatewayEntry,
  here,
  startContestant,
  writeSettings,
} from './contestant.ts';
import { Rounds } from './figures.ts';
import { LIFE, SESSIONS } from './goals.ts';
import type { JobResult } from './job.ts';
import { readLedger } from './ledger-rows.ts';
import { HELD_STREAMS, live } from './lifetime.ts';
import { Program, choosePinning } from './process.ts';
import { liveWithSessions } from './session-life.ts';
import { SCENARIOS, type Scenario, WARM_UP } from './scenarios.ts';
import { Saturation } from './saturation.ts';
import { judge } from './table.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    /** Only these scenarios, divided by commas. */
    only: { type: 'string' },
    /** Another gateway program than the built one. */
    gateway: { type: 'string' },
    /** A folder for CPU profiles of the gateway. */
    profile: { type: 'string' },
  },
});

// Lengths that keep a whole run under four and a half minutes, and a quick one under 35 seconds, on a quiet machine.
const FULL = {
  lives: 2,
  rounds: 5,
  leadMs: 250,
  measureMs: 1500,
  warmMs: 500,
  warmAnswers: 3000,
  settleMs: 1000,
  idleMs: 5000,
  holdMs: 2000,
};
const QUICK = {
  lives: 1,
  rounds: 1,
  leadMs: 50,
  measureMs: 300,
  warmMs: 50,
  warmAnswers: 1000,
  settleMs: 200,
  idleMs: 1000,
  holdMs: 500,
};
const lengths = options.quick ? QUICK : FULL;
const wanted = options.only?.split(',').map((name) => name.trim());
const isWanted = (name: string): boolean => wanted === undefined || wanted.includes(name);
const scenarios = SCENARIOS.filter(({ name }) => isWanted(name));

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** What went through each contestant over the whole run. */
const sent = { bare: 0, gateway: 0 };
const errors = { bare: 0, gateway: 0 };
const noteSent = (name: ContestantName, requests: number, failed: number): void => {
  sent[name] += requests;
  errors[name] += failed;
};

const rounds = new Rounds();
const saturation = new Saturation();
const pinning = choosePinning();
const entry = options.gateway ?? gatewayEntry();
const home = mkdtempSync(join(tmpdir(), 'tiergate-bench-'));
process.on('exit', () => {
  rmSync(home, { recursive: true, force: true });
});

say(`Node ${process.version}; the gateway is ${relative(process.cwd(), entry)}`);
say(
  pinning.contestant === null
    ? 'Nothing is pinned (no taskset, or one CPU only): expect more noise.'
    : `Contestants run on CPU ${pinning.contestant}, upstream and load on CPU ${String(pinning.rest)}.`,
);

const upstream = await Program.start({
  cpu: pinning.rest,
  args: [here('upstream.ts')],
  ready: /listening on (\d+)/,
});
const load = await Program.start({ cpu: pinning.rest, args: [here('load.ts')], ready: /ready/ });
const upstreamPort = Number(upstream.announced);
writeSettings(home, upstreamPort);
const stage: Stage = {
  cpu: pinning.contestant,
  upstreamPort,
  home,
  entry,
  nodeOptions: options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`],
};

let streamsLeft = 0;
const life = { stage, load, upstream, lengths, sent: noteSent };
if (isWanted(LIFE)) {
  for (let round = 0; round < lengths.lives; round += 1) {
    for (const name of CONTESTANTS) {
      rounds.add(LIFE, name, await live(name, life));
    }
    streamsLeft += HELD_STREAMS;
  }
}
if (isWanted(SESSIONS)) {
  for (let round = 0; round < lengths.lives; round += 1) {
    for (const name of CONTESTANTS) rounds.add(SESSIONS, name, await liveWithSessions(name, life));
  }
}

if (scenarios.length > 0) {
  const programs = {
    bare: await startContestant('bare', stage),
    gateway: await startContestant('gateway', stage),
  };
  const measure = async (
    scenario: Scenario,
    on: Program,
    leadMs: number,
    measureMs: number,
    leadAnswers = 0,
  ): Promise<JobResult> => {
    const { pid, announced } = on;
    const target = { port: Number(announced), pid, upstreamPid: upstream.pid, leadMs, leadAnswers, measureMs };
    const job = scenario.job(target);
    return (await load.ask(job)) as JobResult;
  };
  for (const name of CONTESTANTS) {
    const result = await measure(WARM_UP, programs[name], 0, 0, lengths.warmAnswers * 5);
    noteSent(name, result.sent, result.errors);
  }
  for (const scenario of scenarios) {
    for (const name of CONTESTANTS) {
      const result = await measure(scenario, programs[name], lengths.warmMs, 0);
      noteSent(name, result.sent, result.errors);
    }
    for (let round = 0; round < lengths.rounds; round += 1) {
      const direct = scenario.direct ? await measure(scenario, upstream, lengths.leadMs, lengths.measureMs / 2) : null;
      for (const name of CONTESTANTS) {
        const result = await measure(scenario, programs[name], lengths.leadMs, lengths.measureMs);
        noteSent(name, result.sent, result.errors);
        rounds.add(scenario.name, name, scenario.figures(result, direct));
        if (scenario.saturates) saturation.note(scenario.name, name, result);
      }
    }
  }
  await Promise.all([programs.bare.stop(), programs.gateway.stop()]);
}
await Promise.all([load.stop(), upstream.stop()]);

const { lines, failed } = judge(rounds);
say();
for (const line of lines) say(line);
say();
for (const line of saturation.lines()) say(line);

const ledger = await readLedger(entry, home);
const whole = sent.gateway - streamsLeft;
const complete = ledger.rows === sent.gateway && ledger.metered === whole && ledger.partial === streamsLeft;
say(
  `ledger: ${ledger.rows} rows for ${sent.gateway} requests, ${ledger.metered} of ${whole} whole turns filtered and metered, ${ledger.partial} of ${streamsLeft} left turns partial: ${complete ? 'PASS' : 'FAIL'}`,
);
say(
  `answers that were not as they should be: gateway ${errors.gateway}, bare ${errors.bare}: ${errors.gateway === 0 ? 'PASS' : 'FAIL'}`,
);

const missed = failed + (errors.gateway === 0 ? 0 : 1);
if (missed > 0) say(`${missed} of the goals are missed.`);
// A ledger that does not add up is never just a figure to report.
process.exitCode = !complete || (missed > 0 && !options.report) ? 1 : 0;
