/** One row of the table: a figure, and what it must and should be. */
export interface Goal {
  readonly title: string;
  readonly scenario: string;
  readonly figure: string;
  readonly unit: string;
  /** Whether the gateway is held to a multiple of bare or to a figure of its own; of the latter a count takes its worst round. */
  readonly by: 'ratio' | 'median' | 'worst';
  readonly better: 'more' | 'less';
  /** Null, as the aim then is, where a figure is only reported. */
  readonly hold: number | null;
  readonly aim: number | null;
}

/** The name of the rounds in which contestants are started anew. */
export const LIFE = 'life';

/** The name of those in which it is unused sessions that are held. */
export const SESSIONS = 'ws sessions';

/** The goals, in the order in which they are printed. */
export const GOALS: readonly Goal[] = [
  more('JSON turn, 32 connections', 'json', 'perSecond', 'requests/s', 0.75, 1),
  less('JSON turn, CPU per request', 'json', 'cpu', 'µs', 1.35, 1.05),
  less('JSON, one connection, added p50', 'json alone', 'p50', 'µs', 1.25, 1.05),
  less('JSON, one connection, added p99', 'json alone', 'p99', 'µs', 1.5, 1.1),
  more('SSE burst, 8 connections', 'burst', 'perSecond', 'events/s', 1.1, 1.5),
  less('SSE burst, CPU per event', 'burst', 'cpu', 'µs', 0.9, 0.6),
  less('SSE paced, 50 streams, delay p50', 'paced', 'p50', 'µs', 1.25, 1.05),
  less('SSE paced, CPU per event', 'paced', 'cpu', 'µs', 1.25, 1.05),
  more('WebSocket burst, 8 connections', 'ws burst', 'perSecond', 'frames/s', 3.5, 8),
  reported('WebSocket burst, CPU per frame', 'ws burst', 'cpu', 'µs'),
  less('WebSocket, one connection, added turn p50', 'ws alone', 'p50', 'µs', 0.5, 0.3),
  more('body 1 MiB, 4 connections', 'body 1 MiB', 'mbPerSecond', 'MB/s', 0.5, 0.8),
  less('body 1 MiB, peak memory', 'body 1 MiB', 'peakMiB', 'MiB', 1.4, 1.2),
  more('body 10 MiB, 2 connections', 'body 10 MiB', 'mbPerSecond', 'MB/s', 0.5, 0.8),
  less('body 10 MiB, peak memory', 'body 10 MiB', 'peakMiB', 'MiB', 1.4, 1.2),
  own('1,000 streams, not open or broken', LIFE, 'notHeld', 'streams', 0, 0, 'worst'),
  less('1,000 streams, memory of each', LIFE, 'perStreamKiB', 'KiB', 1.4, 1.1),
  own('all tools left, upstream streams after 1.5 s', LIFE, 'streamsLeft', 'streams', 0, 0, 'worst'),
  own('all tools left, sockets after 1.5 s', LIFE, 'socketsLeft', 'sockets', 0, 0, 'worst'),
  own('500 idle sessions, not open', SESSIONS, 'notHeld', 'sessions', 0, 0, 'worst'),
  reported('500 idle sessions, memory of each', SESSIONS, 'perSessionKiB', 'KiB'),
  own('all tools left, upstream sessions after 1.5 s', SESSIONS, 'sessionsLeft', 'sessions', 0, 0, 'worst'),
  own('all tools left, their sockets after 1.5 s', SESSIONS, 'socketsLeft', 'sockets', 0, 0, 'worst'),
  own('idle CPU', LIFE, 'idlePercent', '%', 0.2, 0.1),
  less('memory after the start', LIFE, 'restMiB', 'MiB', 1.6, 1.2),
  own('start to listening', LIFE, 'startMs', 'ms', 2000, 1000),
  own('soak, delay p99 of streams beside other turns', 'soak', 'p99', 'ms', 10, 3),
];

function more(title: string, scenario: string, figure: string, unit: string, hold: number, aim: number): Goal {
  return { title, scenario, figure, unit, by: 'ratio', better: 'more', hold, aim };
}

function less(title: string, scenario: string, figure: string, unit: string, hold: number, aim: number): Goal {
  return { title, scenario, figure, unit, by: 'ratio', better: 'less', hold, aim };
}

function reported(title: string, scenario: string, figure: string, unit: string): Goal {
  return { title, scenario, figure, unit, by: 'ratio', better: 'less', hold: null, aim: null };
}

function own(
  title: string,
  scenario: string,
  figure: string,
  unit: string,
  hold: number,
  aim: number,
  by: 'median' | 'worst' = 'median',
): Goal {
  return { title, scenario, figure, unit, by, better: 'less', hold, aim };
}
