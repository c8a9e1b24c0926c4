/** What is known before anything is started. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Electron's program, where it is installed; null where it is not. */
  readonly installed: string | null;
  /** Whether a path is a program that may be run. */
  readonly isProgram: (path: string) => boolean;
  /** Whether fetching Electron's program has been tried and has failed. */
  readonly fetchFailed: boolean;
}

/** How Tiergate is started: with tray and window, after fetching what that needs, or as the gateway alone. */
export type StartPlan =
  | { readonly kind: 'desktop'; readonly program: string }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'headless'; readonly reason: string };

/** Decides how to start. The gateway always starts; tray and window need a screen and Electron's program. */
export function planStart({ platform, environment, installed, isProgram, fetchFailed }: Surroundings): StartPlan {
  if (!hasDisplay(platform, environment)) {
    return { kind: 'headless', reason: 'there is no display (DISPLAY and WAYLAND_DISPLAY are not set)' };
  }
  const named = environment['TIERGATE_ELECTRON'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return { kind: 'desktop', program: named };
    return { kind: 'headless', reason: `TIERGATE_ELECTRON names no program: ${named}` };
  }
  if (installed !== null) return { kind: 'desktop', program: installed };
  if (!fetchFailed) return { kind: 'fetch' };
  return { kind: 'headless', reason: 'Electron’s program is not installed and could not be fetched' };
}

function hasDisplay(platform: NodeJS.Platform, environment: Surroundings['environment']): boolean {
  if (platform === 'darwin' || platform === 'win32') return true;
  return ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (environment[name] ?? '') !== '');
}

/** Whether what was built is missing (null) or older than what it is built from; times in milliseconds. */
export function isStale(sources: readonly number[], results: readonly (number | null)[]): boolean {
  const newest = Math.max(...sources);
  return results.some((time) => time === null || time < newest);
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds from start to end. */
  readonly lasted: number;
  /** Whether it was asked to end. */
  readonly asked: boolean;
}

/** A program that cannot run at all (no libraries, no rights, no screen) ends at once. */
const STILLBORN_MS = 5000;

/** Whether the desktop ended because it could not start, so that the gateway alone should take its place. */
export function isStillborn({ code, lasted, asked }: Ending): boolean {
  return !asked && code !== 0 && lasted < STILLBORN_MS;
}

/** The exit code that says the same of us, the way shells say it. */
export function exitCodeOf({ code, signal }: Ending, signals: Readonly<Record<string, number>>): number {
  if (code !== null) return code;
  return signal === null ? 1 : 128 + (signals[signal] ?? 0);
}
