import type { CallName } from '../shared/control.ts';

/** Under which name an answer is kept; without an input, all answers of that call. */
export function callKey(name: CallName, input?: unknown): readonly unknown[] {
  return input === undefined ? [name] : [name, input];
}
