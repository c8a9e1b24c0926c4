import { isDeepStrictEqual } from 'node:util';
import { Menu, type MenuItemConstructorOptions, Tray } from 'electron';
import { trayImage } from './tray-image.ts';
import type { TrayAction, TrayEntry, TrayView } from './tray-state.ts';

/** What the tray needs from outside. */
export interface TrayOptions {
  /** Where the tray's pictures lie. */
  readonly images: string;
  readonly platform: NodeJS.Platform;
  readonly act: (action: TrayAction) => void;
}

/** The icon beside the clock. */
export interface TrayShell {
  /** Shows a view; nothing happens when it is the one already shown. */
  show(view: TrayView): void;
  destroy(): void;
}

/** Puts the icon beside the clock. */
export function createTray({ images, platform, act }: TrayOptions, first: TrayView): TrayShell {
  const tray = new Tray(trayImage(images, first.icon, platform));
  let shown: TrayView | null = null;

  // macOS opens the menu on any click by itself; Linux tells of no clicks, its menu is the only way.
  if (platform === 'win32') tray.on('click', () => tray.popUpContextMenu());

  const shell: TrayShell = {
    show(view) {
      // Setting the same menu again closes it under the pointer.
      if (isDeepStrictEqual(view, shown)) return;
      if (view.icon !== shown?.icon) tray.setImage(trayImage(images, view.icon, platform));
      tray.setToolTip(view.tooltip);
      tray.setContextMenu(Menu.buildFromTemplate(view.entries.map((entry) => menuItem(entry, act))));
      shown = view;
    },
    destroy: () => tray.destroy(),
  };
  shell.show(first);
  return shell;
}

function menuItem(entry: TrayEntry, act: TrayOptions['act']): MenuItemConstructorOptions {
  switch (entry.type) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: entry.label, enabled: false };
    case 'action': {
      const { action } = entry;
      return { label: entry.label, click: () => act(action) };
    }
  }
}
