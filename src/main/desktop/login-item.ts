import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app } from 'electron';

/** Has the system start the app at login, hidden, or not any more. Only an installed app can promise to be there then. */
export function followLoginItem(enabled: boolean): void {
  if (!app.isPackaged) return;
  if (process.platform === 'linux') {
    const file = autostartFile(process.env, app.getPath('home'));
    // An AppImage runs from a place that is new at every start.
    writeAutostart(file, enabled ? autostartEntry(process.env['APPIMAGE'] ?? process.execPath) : null);
  } else {
    app.setLoginItemSettings({ openAtLogin: enabled, args: ['--hidden'] });
  }
}

/** Whether the system and not the person has started the app. macOS tells it apart from the arguments. */
export function wasStartedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

/** Where desktops of Linux look for what to start at login. */
export function autostartFile(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const configured = environment['XDG_CONFIG_HOME'];
  const folder = configured === undefined || configured === '' ? join(home, '.config') : configured;
  return join(folder, 'autostart', 'tiergate.desktop');
}

/** What such a desktop is told. */
export function autostartEntry(program: string): string {
  // A word of an Exec line in quotes, as the specification wants it.
  const quoted = `"${program.replaceAll(/["`$\\]/g, '\\$&')}"`;
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Tiergate',
    `Exec=${quoted} --hidden`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Writes the entry, or takes it away. */
export function writeAutostart(file: string, entry: string | null): void {
  if (entry === null) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, entry);
}
