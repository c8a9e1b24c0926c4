import { turn } from './0001-turn.ts';
import { bill } from './0002-bill.ts';
import { cooldown } from './0003-cooldown.ts';
import { cacheHour } from './0004-cache-hour.ts';
import { quota } from './0005-quota.ts';
import { ownKey } from './0006-own-key.ts';

/** All steps from an empty file to the present shape, in order; a step that has been released is never changed. */
export const MIGRATIONS: readonly string[] = [turn, bill, cooldown, cacheHour, quota, ownKey];
