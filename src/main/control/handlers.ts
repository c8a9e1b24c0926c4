import type { ControlHandlers } from '../../shared/control.ts';
import { accountCalls } from './account-calls.ts';
import { appCalls } from './app-calls.ts';
import { billCalls } from './bill-calls.ts';
import { dataCalls } from './data-calls.ts';
import { keyCalls } from './key-calls.ts';
import { policyCalls } from './policy-calls.ts';
import { reconcileCalls } from './reconcile-calls.ts';
import type { ControlRooms } from './rooms.ts';
import { toolCalls } from './tool-calls.ts';
import { turnCalls } from './turn-calls.ts';

/** What the window and the command line may ask, answered; one file a room. */
export function createHandlers(rooms: ControlRooms): ControlHandlers {
  return {
    'status.get': () => rooms.status(),
    'dump.get': async ({ turn }) => ({ attempts: await rooms.dump.read(turn) }),
    ...turnCalls(rooms),
    ...billCalls(rooms),
    ...policyCalls(rooms),
    ...accountCalls(rooms),
    ...keyCalls(rooms),
    ...toolCalls(rooms),
    ...appCalls(rooms),
    ...dataCalls(rooms),
    ...reconcileCalls(rooms),
  };
}
