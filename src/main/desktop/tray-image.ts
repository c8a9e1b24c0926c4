import { join } from 'node:path';
import type { TrayIcon } from './tray-state.ts';

/**
 * The picture of a state on a platform. Electron adds the @2x file beside it by itself. macOS tints a file whose name
 * ends in Template with the menu bar; elsewhere the picture carries its own colours.
 */
export function trayImage(folder: string, icon: TrayIcon, platform: NodeJS.Platform): string {
  switch (platform) {
    case 'darwin':
      return join(folder, `${icon}Template.png`);
    case 'win32':
      // One file with every size Windows may ask for.
      return join(folder, `${icon}.ico`);
    default:
      // Linux panels are 22 to 24 pixels high and scale smaller pictures up without care.
      return join(folder, `${icon}-panel.png`);
  }
}
