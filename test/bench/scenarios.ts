import type { Figures } from './figures.ts';
import type { Job, JobResult, Target } from './job.ts';
import { BURST_EVENTS } from './wire.ts';

/** A situation every contestant is put in, again and again. */
export interface Scenario {
  readonly name: string;
  /** Whether the same is done without anybody in between first, to know what is added. */
  readonly direct: boolean;
  readonly job: (target: Target) => Job;
  readonly figures: (result: JobResult, direct: JobResult | null) => Figures;
  /** True where the contestant is kept as busy as it can be, so that its share of its CPU tells whether the load sufficed. */
  readonly saturates: boolean;
}

const MIB = 1024 * 1024;

const JSON_TURNS: Scenario = {
  name: 'json',
  direct: false,
  saturates: true,
  job: (target) => ({ kind: 'loop', ...target, connections: 32, request: { bodyBytes: 2048, mode: 'json' } }),
  figures: ({ counted, seconds, cpuMicros }) => ({ perSecond: counted / seconds, cpu: cpuMicros / counted }),
};

/** What every contestant does first, so that nobody is measured before the compiler has done its work. */
export const WARM_UP = JSON_TURNS;

/** Everything that is measured on contestants that have been running for a while. */
export const SCENARIOS: readonly Scenario[] = [
  JSON_TURNS,
  {
    name: 'json alone',
    direct: true,
    saturates: false,
    job: (target) => ({ kind: 'loop', ...target, connections: 1, request: { bodyBytes: 2048, mode: 'json' } }),
    // Quantiles cannot be subtracted from each other; the median of the direct way is a constant, and can.
    figures: ({ p50Micros, p99Micros }, direct) => ({
      p50: p50Micros - (direct?.p50Micros ?? 0),
      p99: p99Micros - (direct?.p50Micros ?? 0),
    }),
  },
  {
    name: 'burst',
    direct: false,
    saturates: true,
    job: (target) => ({ kind: 'loop', ...target, connections: 8, request: { bodyBytes: 2048, mode: 'burst' } }),
    figures: ({ counted, seconds, cpuMicros }) => ({
      perSecond: (counted * BURST_EVENTS) / seconds,
      cpu: cpuMicros / (counted * BURST_EVENTS),
    }),
  },
  {
    name: 'paced',
    direct: false,
    saturates: false,
    job: (target) => ({ kind: 'paced', ...target, streams: 50, gapMs: 20, beside: null }),
    figures: ({ counted, cpuMicros, p50Micros }) => ({ p50: p50Micros, cpu: cpuMicros / counted }),
  },
  {
    name: 'ws burst',
    direct: false,
    saturates: true,
    job: (target) => ({ kind: 'turns', ...target, sessions: 8, mode: 'burst' }),
    figures: ({ counted, seconds, cpuMicros }) => ({
      perSecond: (counted * BURST_EVENTS) / seconds,
      cpu: cpuMicros / (counted * BURST_EVENTS),
    }),
  },
  {
    name: 'ws alone',
    direct: true,
    saturates: false,
    job: (target) => ({ kind: 'turns', ...target, sessions: 1, mode: 'burst' }),
    figures: ({ p50Micros }, direct) => ({ p50: p50Micros - (direct?.p50Micros ?? 0) }),
  },
  body('body 1 MiB', MIB, 4),
  body('body 10 MiB', 10 * MIB, 2),
  {
    name: 'soak',
    direct: false,
    saturates: false,
    job: (target) => ({
      kind: 'paced',
      ...target,
      streams: 20,
      gapMs: 20,
      beside: { jsonPerSecond: 1000, largePerSecond: 4 },
    }),
    figures: ({ p99Micros }) => ({ p99: p99Micros / 1000 }),
  },
];

function body(name: string, bodyBytes: number, connections: number): Scenario {
  return {
    name,
    direct: false,
    saturates: true,
    job: (target) => ({ kind: 'loop', ...target, connections, request: { bodyBytes, mode: 'json' } }),
    figures: ({ counted, seconds, peakKiB }) => ({
      mbPerSecond: (counted * bodyBytes) / 1e6 / seconds,
      peakMiB: peakKiB / 1024,
    }),
  };
}
