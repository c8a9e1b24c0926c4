import type { MenuItemConstructorOptions } from 'electron';

/**
 * The application menu. macOS needs one for its Edit keys and for Quit; elsewhere the window has no menu bar, and the
 * keys that a default menu would bring (reload, developer tools) are not wanted.
 */
export function applicationMenu(platform: NodeJS.Platform): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }];
}
