import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** How the app was asked to start. */
export interface LaunchOptions {
  /** The data folder; absent means the system's usual place. */
  readonly home?: string;
  readonly port?: number;
  /** Without a window at first, as when the system starts the app at login. */
  readonly hidden: boolean;
}

/** The wish, or why it cannot be understood. */
export type LaunchReading =
  { readonly ok: true; readonly options: LaunchOptions } | { readonly ok: false; readonly problem: string };

/** The words of a command after `--cli`, by which the program is asked to be the command line; null when it is the app. */
export function commandIn(argv: readonly string[]): readonly string[] | null {
  const at = argv.indexOf('--cli');
  return at === -1 ? null : argv.slice(at + 1);
}

/** Reads the command line; Chromium's own switches and the app's path stand among ours and are left alone. */
export function readLaunchOptions(argv: readonly string[], environmentHome: string | undefined): LaunchReading {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: { home: { type: 'string' }, port: { type: 'string' }, hidden: { type: 'boolean' } },
  });
  const home = values.home ?? (environmentHome === '' ? undefined : environmentHome);
  if (typeof home === 'boolean' || home === '') return { ok: false, problem: '--home needs a folder.' };
  const port = values.port === undefined ? undefined : portOf(values.port);
  if (port === null) return { ok: false, problem: '--port needs a number from 0 to 65535.' };
  return {
    ok: true,
    options: {
      hidden: values.hidden === true,
      ...(home === undefined ? {} : { home: resolve(home) }),
      ...(port === undefined ? {} : { port }),
    },
  };
}

function portOf(text: string | boolean): number | null {
  if (typeof text !== 'string' || !/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65535 ? port : null;
}
