import type { Dispatcher } from 'undici';
import type { AccountLoad } from '../upstream/account-load.ts';
import { HeadTee } from '../upstream/head-tee.ts';
import type { House } from './house.ts';

/** Lets a login's account learn from an answer how much of its plan is used. */
export function quotasSeen(
  house: House,
  load: AccountLoad,
  handler: Dispatcher.DispatchHandler,
): Dispatcher.DispatchHandler {
  return new HeadTee(handler, (header) => {
    load.headersSeen(header, house.now());
    house.sessionsChanged();
  });
}
