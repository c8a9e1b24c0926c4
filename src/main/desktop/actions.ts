import type { ControlHandlers, Status } from '../../shared/control.ts';
import { withFastWish } from '../../shared/fast-switch.ts';
import { askFirst } from './account-first.ts';
import type { TrayAction } from './tray-state.ts';

/** What the actions of tray, notifications and links act on. */
export interface ActionRooms {
  readonly handlers: ControlHandlers;
  readonly status: () => Status;
  readonly openWindow: (page?: string) => void;
  readonly copy: (text: string) => void;
  readonly updates: { check(): void; install(): void };
  readonly quit: () => void;
  readonly quitNow: () => void;
  /** Tells the person that an action failed, and why. */
  readonly failed: (error: unknown) => void;
  readonly now: () => number;
}

/** Does what an entry of the tray menu says; never throws, since nobody would catch it there. */
export function createActions(rooms: ActionRooms): (action: TrayAction) => void {
  return (action) => {
    act(rooms, action).catch(rooms.failed);
  };
}

async function act(rooms: ActionRooms, action: TrayAction): Promise<void> {
  const { handlers, status, now } = rooms;
  switch (action.do) {
    case 'copy-base-url':
      rooms.copy(status().baseUrl ?? '');
      return;
    case 'open-window':
      rooms.openWindow(action.page);
      return;
    case 'fast': {
      const policy = await handlers['policy.get']({});
      await handlers['policy.set']({ policy: withFastWish(policy, action.wish, now()) });
      return;
    }
    case 'account': {
      const { accounts } = await handlers['account.list']({});
      for (const account of askFirst(accounts, action.id)) await handlers['account.set']({ id: account.id, account });
      return;
    }
    case 'pause':
      await handlers['gateway.pause'](action.minutes === null ? {} : { minutes: action.minutes });
      return;
    case 'resume':
      await handlers['gateway.resume']({});
      return;
    case 'use-port': {
      const { gateway } = await handlers['settings.get']({});
      await handlers['settings.set']({ section: 'gateway', value: { ...gateway, port: action.port } });
      return;
    }
    case 'check-updates':
      rooms.updates.check();
      return;
    case 'install-update':
      rooms.updates.install();
      return;
    case 'quit':
      rooms.quit();
      return;
    case 'quit-now':
      rooms.quitNow();
  }
}
