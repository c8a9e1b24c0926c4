import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { say } from '../../shared/sentences.ts';

/** What tells whether an icon is really drawn. */
export interface PresenceInput {
  readonly platform: NodeJS.Platform;
  readonly bounds: { readonly x: number; readonly y: number };
  /** Of the main display, in the same points as the bounds. */
  readonly screenHeight: number;
  /** Linux: whether anybody draws such icons; null where that cannot be asked. */
  readonly hasWatcher: boolean | null;
}

/** Why the icon cannot be seen, with the way to bring it back; null when it can, as far as anybody can tell. */
export function hiddenReason({ platform, bounds, screenHeight, hasWatcher }: PresenceInput): string | null {
  // Since macOS 26 each app has a switch; a tray that is switched off is made all the same, and parked below the screen.
  if (platform === 'darwin' && bounds.x === 0 && bounds.y === screenHeight) return say('tray_mac');
  if (platform === 'linux' && hasWatcher === false) return say('tray_linux');
  return null;
}

/** Asks the session bus whether somebody draws icons; null where there is no bus or nobody to ask with. */
export async function hasTrayWatcher(): Promise<boolean | null> {
  const target = ['--session', '--dest=org.freedesktop.DBus', '--print-reply=literal', '/org/freedesktop/DBus'];
  const question = ['org.freedesktop.DBus.NameHasOwner', 'string:org.kde.StatusNotifierWatcher'];
  try {
    const { stdout } = await promisify(execFile)('dbus-send', [...target, ...question], { timeout: 2000 });
    return watcherIn(stdout);
  } catch {
    return null;
  }
}

/** The bus's answer. */
export function watcherIn(text: string): boolean | null {
  const [, word] = /boolean (true|false)/.exec(text) ?? [];
  return word === undefined ? null : word === 'true';
}
