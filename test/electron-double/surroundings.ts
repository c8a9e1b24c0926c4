import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type * as Electron from 'electron';
import type { Faithful, Proof } from './faithful.ts';

/** Electron's `MenuItem`, as far as a template goes. */
interface MenuItem {
  readonly label: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly checked: boolean;
  readonly submenu?: Menu;
  click(): void;
}

/** Electron's `Menu`; nothing is drawn. */
export class Menu extends EventEmitter {
  readonly items: readonly MenuItem[];

  constructor(items: readonly MenuItem[] = []) {
    super();
    this.items = items;
  }

  static buildFromTemplate(template: readonly Electron.MenuItemConstructorOptions[]): Menu {
    return new Menu(template.map(menuItem));
  }

  static setApplicationMenu(): void {
    // There is no menu bar to put it in.
  }
}

function menuItem(template: Electron.MenuItemConstructorOptions): MenuItem {
  const { label, type, enabled, role, click, checked, submenu } = template;
  return {
    label: label ?? role ?? '',
    type: type ?? (submenu === undefined ? 'normal' : 'submenu'),
    enabled: enabled ?? true,
    checked: checked ?? false,
    ...(Array.isArray(submenu) ? { submenu: Menu.buildFromTemplate(submenu) } : {}),
    click: () => {
      click?.(undefined as never, undefined, {});
    },
  };
}

/** Electron's `Tray`; nothing is drawn, but a picture must be there to be set. */
export class Tray extends EventEmitter {
  constructor(image: string) {
    super();
    this.setImage(image);
  }

  setImage(image: string): void {
    if (!existsSync(image)) throw new Error(`Failed to load image from path '${image}'`);
  }

  setToolTip(): void {
    // There is no pointer to hover.
  }

  setContextMenu(): void {
    // There is no bar to click.
  }

  popUpContextMenu(): void {
    // There is no bar to click.
  }

  getBounds(): Electron.Rectangle {
    return { x: 0, y: 0, width: 24, height: 24 };
  }

  destroy(): void {
    this.removeAllListeners();
  }
}

let copied = '';

/** Electron's `clipboard`: text only, and this process's alone. */
export const clipboard = {
  writeText(text: string): Promise<void> {
    copied = text;
    return Promise.resolve();
  },
  readText: (): Promise<string> => Promise.resolve(copied),
} satisfies Partial<Electron.Clipboard>;

/** Electron's `dialog`. */
export const dialog = {
  showErrorBox(title: string, content: string): void {
    process.stderr.write(`${title}: ${content}\n`);
  },
  // Nobody is there to read it: the answer is what Enter gives.
  showMessageBox: (options: unknown): Promise<Electron.MessageBoxReturnValue> => {
    const { message, defaultId } = options as Electron.MessageBoxOptions;
    process.stderr.write(`${message}\n`);
    return Promise.resolve({ response: defaultId ?? 0, checkboxChecked: false });
  },
} satisfies Partial<Electron.Dialog>;

/** Proof for the compiler that a tray offers nothing that Electron's lacks. */
export type Checked = Proof<Faithful<Tray, Electron.Tray>, Tray>;
