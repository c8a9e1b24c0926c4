import type { TURN_CALLS } from '../../shared/calls/turn.ts';
import type { HandlersOf } from '../../shared/control.ts';
import type { ControlRooms } from './rooms.ts';

/** Single turns. */
export function turnCalls({ reader }: ControlRooms): HandlersOf<typeof TURN_CALLS> {
  return {
    'turns.page': (request) => reader.page(request),
    'turns.count': async (request) => ({ count: await reader.count(request) }),
    'turns.get': (request) => reader.get(request),
    'turns.facets': () => reader.facets(),
  };
}
