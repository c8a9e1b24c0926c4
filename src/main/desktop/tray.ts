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
  /** Shows a view; nothing happens when it is the one already shown, and an open menu is left alone until it is closed. */
  show(view: TrayView): void;
  /** Where the icon was drawn, as far as the system tells. */
  bounds(): { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  destroy(): void;
}

/** Puts the icon beside the clock. */
export function createTray({ images, platform, act }: TrayOptions, first: TrayView): TrayShell {
  const tray = new Tray(trayImage(images, first.icon, platform));
  let shown: TrayView | null = null;
  let wanted = first;
  let isOpen = false;

  // macOS opens the menu on any click by itself; Linux tells of no clicks, its menu is the only way.
  if (platform === 'win32') tray.on('click', () => tray.popUpContextMenu());

  const setMenu = (): void => {
    const menu = Menu.buildFromTemplate(wanted.entries.map((entry) => menuItem(entry, act)));
    menu.on('menu-will-show', () => {
      isOpen = true;
    });
    menu.on('menu-will-close', () => {
      isOpen = false;
      shell.show(wanted);
    });
    tray.setContextMenu(menu);
  };
  const shell: TrayShell = {
    show(view) {
      wanted = view;
      if (isDeepStrictEqual(view, shown)) return;
      if (view.icon !== shown?.icon) tray.setImage(trayImage(images, view.icon, platform));
      tray.setToolTip(view.tooltip);
      // A menu that is set anew closes under the pointer.
      if (isOpen) return;
      if (!isDeepStrictEqual(view.entries, shown?.entries)) setMenu();
      shown = view;
    },
    bounds: () => tray.getBounds(),
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
      return { label: plain(entry.label), enabled: false };
    case 'menu':
      return { label: plain(entry.label), submenu: entry.entries.map((one) => menuItem(one, act)) };
    case 'choice': {
      const { action, checked } = entry;
      return { label: plain(entry.label), type: 'radio', checked, click: () => act(action) };
    }
    case 'action': {
      const { action } = entry;
      return { label: plain(entry.label), click: () => act(action) };
    }
  }
}

/** Menus take one & for the mark of a letter key, and names of tools and models may hold one. */
function plain(label: string): string {
  return label.replaceAll('&', '&&');
}
