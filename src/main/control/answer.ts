import { CALLS, type CallName, type ControlFault, type ControlHandlers, type Reply } from '../../shared/control.ts';
import { ERRORS, TiergateError, messageOf } from '../../shared/errors.ts';
import { problemsOf, problemsText } from '../../shared/problem.ts';

/** Answers one call of the contract, whatever carried it; it never throws. */
export async function answerCall(handlers: ControlHandlers, name: string, input: unknown): Promise<Reply> {
  if (!isCall(name))
    return { ok: false, error: faultOf(new TiergateError('control_invalid', `there is no call ${name.slice(0, 40)}`)) };
  const parsed = CALLS[name].input.safeParse(input ?? {});
  if (!parsed.success)
    return { ok: false, error: faultOf(new TiergateError('control_invalid', problemsText(problemsOf(parsed.error)))) };
  try {
    // The schema of the same name has just made the input what the handler takes.
    const handler = handlers[name] as (input: unknown) => unknown;
    return { ok: true, value: await handler(parsed.data) };
  } catch (error) {
    return { ok: false, error: faultOf(error) };
  }
}

/** A failure in the words of the catalogue; what nobody foresaw says so and keeps its text for the log. */
export function faultOf(error: unknown): ControlFault {
  if (error instanceof TiergateError)
    return { code: error.code, message: error.message, next: ERRORS[error.code].next };
  return { code: 'internal', message: messageOf('internal'), next: ERRORS.internal.next };
}

function isCall(name: string): name is CallName {
  return Object.hasOwn(CALLS, name);
}
