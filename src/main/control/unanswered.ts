import type { CallName, ControlHandlers } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';

/** Calls that the contract has and nobody answers yet; whoever answers one takes it off this list. */
export const UNANSWERED_NAMES = ['capture.get', 'capture.wipe'] as const satisfies readonly CallName[];

/** One of the calls that nobody answers yet. */
export type Unanswered = (typeof UNANSWERED_NAMES)[number];

/** A handler for each of them that says so. */
export const UNANSWERED = Object.fromEntries(
  UNANSWERED_NAMES.map((name) => [
    name,
    () => {
      throw new TiergateError('control_invalid', `${name} is not answered yet`);
    },
  ]),
) as unknown as Pick<ControlHandlers, Unanswered>;
