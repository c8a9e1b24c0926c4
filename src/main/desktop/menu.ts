import type { MenuItemConstructorOptions } from 'electron';
import type { Speech } from './desktop-words.ts';

/**
 * The application menu. macOS needs one for its Edit keys and for Quit; elsewhere the window has no menu bar, and the
 * keys that a default menu would bring (reload, developer tools) are not wanted.
 */
export function applicationMenu(
  platform: NodeJS.Platform,
  { say }: Speech,
  quit: () => void,
): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [
    {
      label: 'Tiergate',
      submenu: [
        { role: 'about' },
        { type: 'separator' },
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        { type: 'separator' },
        // Not the system's own: this one asks first while tools still point at the gateway.
        { label: say('quit'), accelerator: 'Command+Q', click: () => quit() },
      ],
    },
    { role: 'editMenu' },
    { role: 'windowMenu' },
  ];
}
