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

/** Electron's `shell`: there is no other program to open anything with. */
export const shell = {
  openExternal: (): Promise<void> => Promise.resolve(),
} satisfies Partial<Electron.Shell>;

/** Electron's `screen`: one display, of a usual size. */
export const screen = {
  getPrimaryDisplay: () => ({ bounds: { x: 0, y: 0, width: 1920, height: 1080 } }) as Electron.Display,
} satisfies Partial<Electron.Screen>;

/** Electron's `powerMonitor`: this machine never sleeps, but a test can say that it did. */
export const powerMonitor = new EventEmitter();

/** Electron's `Notification`; nothing is drawn, and nobody clicks it unless a test does. */
export class Notification extends EventEmitter {
  readonly title: string;
  readonly body: string;
  readonly actions: Electron.NotificationAction[];

  constructor({ title, body, actions }: Electron.NotificationConstructorOptions = {}) {
    super();
    this.title = title ?? '';
    this.body = body ?? '';
    this.actions = actions ?? [];
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    this.emit('show');
  }
}

/** Proof for the compiler that a tray and a notification offer nothing that Electron's lack. */
export type Checked = [
  Proof<Faithful<Tray, Electron.Tray>, Tray>,
  Proof<Faithful<Notification, Electron.Notification>, Notification>,
];
