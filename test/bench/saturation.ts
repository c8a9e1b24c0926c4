import type { ContestantName } from './contestant.ts';
import type { JobResult } from './job.ts';
import { median } from './quantile.ts';

/** Notes how busy both sides were where the contestant should be the only one that is short of time. */
export class Saturation {
  readonly #shares = new Map<string, { contestant: number[]; load: number[]; upstream: number[] }>();

  note(
    scenario: string,
    name: ContestantName,
    { cpuMicros, ownCpuMicros, upstreamCpuMicros, seconds }: JobResult,
  ): void {
    const key = `${scenario}, ${name}`;
    const shares = this.#shares.get(key) ?? { contestant: [], load: [], upstream: [] };
    shares.contestant.push(cpuMicros / seconds / 1e4);
    shares.load.push(ownCpuMicros / seconds / 1e4);
    shares.upstream.push(upstreamCpuMicros / seconds / 1e4);
    this.#shares.set(key, shares);
  }

  /** One line a scenario and contestant. */
  lines(): string[] {
    return [...this.#shares].map(([key, { contestant, load, upstream }]) => {
      const [own, tools, provider] = [contestant, load, upstream].map((shares) => median(shares).toFixed(0));
      return `${key}: busy ${own} % of its CPU, load ${tools} %, upstream ${provider} %`;
    });
  }
}
