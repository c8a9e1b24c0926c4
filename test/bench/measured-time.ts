import { setTimeout as sleep } from 'node:timers/promises';
import type { JobResult, Target } from './job.ts';
import { cpuMicros, forgetPeak, peakKiB } from './proc.ts';
import { quantile } from './quantile.ts';

/** A machine that is busy with other things may be too slow for a whole lead. */
const LONGEST_LEAD_MS = 10_000;

/** How requests went, over a whole job. */
export class Tally {
  sent = 0;
  answered = 0;
  errors = 0;

  get open(): number {
    return this.sent - this.answered - this.errors;
  }
}

/** What one job measures: samples are taken between the end of the lead and the end of the measured time. */
export class MeasuredTime {
  readonly tally = new Tally();
  running = true;
  #counting = false;
  #counted = 0;
  readonly #samples: number[] = [];

  /** Notes one request or event. */
  count(micros: number): void {
    if (!this.#counting) return;
    this.#counted += 1;
    this.#samples.push(micros);
  }

  /** Lets the time pass, then waits for what is still open. */
  async pass({ pid, upstreamPid, leadMs, leadAnswers, measureMs }: Target): Promise<JobResult> {
    await sleep(leadMs);
    for (let waited = 0; this.tally.answered < leadAnswers && waited < LONGEST_LEAD_MS; waited += 5) await sleep(5);
    forgetPeak(pid);
    const begun = performance.now();
    const own = process.cpuUsage();
    const cpu = cpuMicros(pid);
    const upstream = cpuMicros(upstreamPid);
    this.#counting = true;
    await sleep(measureMs);
    this.#counting = false;
    const used = cpuMicros(pid) - cpu;
    const upstreamUsed = cpuMicros(upstreamPid) - upstream;
    const { user, system } = process.cpuUsage(own);
    const seconds = (performance.now() - begun) / 1000;
    const peak = peakKiB(pid);
    this.running = false;
    for (let waited = 0; this.tally.open > 0 && waited < 5000; waited += 5) await sleep(5);
    const { sent, answered, errors, open } = this.tally;
    return {
      sent,
      answered,
      errors: errors + open,
      counted: this.#counted,
      seconds,
      cpuMicros: used,
      ownCpuMicros: user + system,
      upstreamCpuMicros: upstreamUsed,
      p50Micros: quantile(this.#samples, 0.5),
      p99Micros: quantile(this.#samples, 0.99),
      peakKiB: peak,
    };
  }
}
