import { app } from 'electron';
import { autostartEntry, autostartFile, writeAutostart } from './autostart.ts';

/** Has the system start the app at login, hidden, or not any more. Only an installed app can promise to be there then. */
export function followLoginItem(enabled: boolean): void {
  if (!app.isPackaged) return;
  if (process.platform === 'linux') {
    // An AppImage runs from a place that is new at every start.
    const program = process.env['APPIMAGE'] ?? process.execPath;
    writeAutostart(autostartFile(process.env, app.getPath('home')), enabled ? autostartEntry(program) : null);
  } else {
    app.setLoginItemSettings({ openAtLogin: enabled, args: ['--hidden'] });
  }
}

/** Whether the system and not the person has started the app. macOS tells it apart from the arguments. */
export function wasStartedAtLogin(): boolean {
  return process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}
