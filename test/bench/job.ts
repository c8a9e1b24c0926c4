import type { RequestShape } from './request.ts';
import type { SessionMode } from './session-answer.ts';

/** What every job needs to know. */
export interface Target {
  readonly port: number;
  /** The contestant's process, whose CPU time is read at both ends of the measured time. */
  readonly pid: number;
  /** The fake upstream's, whose CPU time is read as well. */
  readonly upstreamPid: number;
  /** Before this the figures do not count. */
  readonly leadMs: number;
  /** Nor before so many answers, which is how a contestant gets warm. */
  readonly leadAnswers: number;
  readonly measureMs: number;
}

/** Connections that each send the next request when the answer to the last has come. */
export interface LoopJob extends Target {
  readonly kind: 'loop';
  readonly request: RequestShape;
  readonly connections: number;
}

/** Streams with an event every so often; beside them, if wanted, other turns at a moderate rate. */
export interface PacedJob extends Target {
  readonly kind: 'paced';
  readonly streams: number;
  readonly gapMs: number;
  readonly beside: { readonly jsonPerSecond: number; readonly largePerSecond: number } | null;
}

/** Streams that are opened and stay open until a {@link LeaveJob}. */
export interface HoldJob {
  readonly kind: 'hold';
  readonly port: number;
  readonly streams: number;
  readonly gapMs: number;
}

/** Every held stream is left at once, as by a tool that is killed. */
export interface LeaveJob {
  readonly kind: 'leave';
}

/** WebSocket sessions that each begin the next turn when the last has ended. */
export interface TurnsJob extends Target {
  readonly kind: 'turns';
  readonly sessions: number;
  readonly mode: SessionMode;
}

/** WebSocket sessions that have one turn and then stay open, unused, until a {@link CloseJob}. */
export interface OpenJob {
  readonly kind: 'open';
  readonly port: number;
  readonly sessions: number;
}

/** Every unused session is left at once. */
export interface CloseJob {
  readonly kind: 'close';
}

/** What the load generator can be asked to do. */
export type Job = LoopJob | PacedJob | HoldJob | LeaveJob | TurnsJob | OpenJob | CloseJob;

/** What came of a job. */
export interface JobResult {
  /** Every request that was sent, also before and after the measured time. */
  readonly sent: number;
  /** Of these, answered as they should be. */
  readonly answered: number;
  readonly errors: number;
  /** Requests, or events of paced streams, within the measured time. */
  readonly counted: number;
  readonly seconds: number;
  /** CPU time of the contestant within the measured time. */
  readonly cpuMicros: number;
  /** CPU time of the load generator itself within the measured time. */
  readonly ownCpuMicros: number;
  /** CPU time of the fake upstream within the measured time. */
  readonly upstreamCpuMicros: number;
  /** Of a request or a turn from its first byte to its last, or of an event from the upstream's write to the tool's read. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** The most memory the contestant held within the measured time. */
  readonly peakKiB: number;
}

/** How many streams had begun when no more came. */
export interface HoldResult {
  readonly open: number;
}

/** How many turns the unused sessions have had, and how many of those went wrong. */
export interface OpenResult {
  readonly sent: number;
  readonly errors: number;
}

/** How many streams were held, and how many of them broke before they were left. */
export interface LeaveResult {
  readonly sent: number;
  readonly broken: number;
}
