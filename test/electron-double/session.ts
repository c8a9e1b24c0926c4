import type * as Electron from 'electron';
import { Chromium } from './chromium.ts';

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];

let request: RequestHandler = null;
let check: CheckHandler = null;

const defaultSession = {
  setPermissionRequestHandler(handler: RequestHandler): void {
    request = handler;
  },
  setPermissionCheckHandler(handler: CheckHandler): void {
    check = handler;
  },
  setDevicePermissionHandler(): void {
    // Headless Chromium has no devices to ask for.
  },
} satisfies Partial<Electron.Session>;

/** Electron's `session`. */
export const session = { defaultSession };

/** The name of a permission at Electron and at Chromium. */
const PERMISSIONS = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-read': 'clipboard-read',
  midi: 'midi',
} as const;

/** Hands the app's answers to Chromium; like Electron, an app that does not answer has granted everything. */
export async function settlePermissions(contents: unknown): Promise<void> {
  for (const [electronName, name] of Object.entries(PERMISSIONS)) {
    const granted = isChecked(contents, electronName) && (await isRequested(contents, electronName));
    await Chromium.shared.send('Browser.setPermission', {
      permission: { name },
      setting: granted ? 'granted' : 'denied',
    });
  }
}

function isChecked(contents: unknown, name: string): boolean {
  return check === null || check(contents as never, name as never, '', {} as never);
}

function isRequested(contents: unknown, name: string): Promise<boolean> {
  const handler = request;
  if (handler === null) return Promise.resolve(true);
  return new Promise((settle) => handler(contents as never, name as never, settle, {} as never));
}
