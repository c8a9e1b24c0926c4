import { describe, expect, test } from 'vitest';
import { answerCall, faultOf } from '../../src/main/control/answer.ts';
import type { ControlHandlers } from '../../src/shared/control.ts';
import { ERRORS, TiergateError } from '../../src/shared/errors.ts';

/** Handlers of which only those given may be called. */
function handlers(some: Readonly<Record<string, (input: unknown) => unknown>>): ControlHandlers {
  return some as unknown as ControlHandlers;
}

describe('answering a call', () => {
  test('hands the parsed input on, defaults filled in, and the answer back', async () => {
    const seen: unknown[] = [];
    const reply = await answerCall(
      handlers({
        'turns.page': (input) => {
          seen.push(input);
          return Promise.resolve({ turns: [], more: false });
        },
      }),
      'turns.page',
      { after: 7 },
    );
    expect(reply).toEqual({ ok: true, value: { turns: [], more: false } });
    expect(seen).toEqual([{ order: 'newest', after: 7, limit: 100, filter: {} }]);
  });

  test.each([[undefined], [null], [{}]])('%j is no input', async (input) => {
    expect(await answerCall(handlers({ 'status.get': () => 'fine' }), 'status.get', input)).toEqual({
      ok: true,
      value: 'fine',
    });
  });

  test.each(['', 'status', 'status.get ', 'STATUS.GET', 'constructor', '__proto__', 'toString', 'x'.repeat(1000)])(
    'there is no call %j',
    async (name) => {
      expect(await answerCall(handlers({}), name, {})).toEqual({
        ok: false,
        error: {
          code: 'control_invalid',
          message: `The call cannot be understood: there is no call ${name.slice(0, 40)}`,
          next: ERRORS.control_invalid.next,
        },
      });
    },
  );

  test.each<[name: string, input: unknown, problem: RegExp]>([
    ['status.get', { x: 1 }, /: x: there is no such setting$/],
    ['status.get', 'text', /cannot be understood: ./],
    ['turns.page', { limit: 0 }, /: limit: ./],
    ['turns.page', { limit: 1001 }, /: limit: ./],
    ['turns.page', { order: 'sideways' }, /: order: ./],
    ['turns.page', { after: 1.5 }, /: after: ./],
    ['tool.add', {}, /: name: ./],
    ['tool.add', { name: '\n' }, /: name: ./],
    ['tool.add', { name: 'x'.repeat(65) }, /: name: ./],
    ['key.set', { name: '../../etc', key: '' }, /: key: ./],
    ['key.set', { name: 'a b', key: 'sk-secret-0123' }, /: name: ./],
    ['policy.set', [], /cannot be understood: ./],
  ])('%s refuses the input %j by its path, without calling anybody', async (name, input, problem) => {
    const reply = await answerCall(handlers({}), name, input);
    expect(reply).toMatchObject({ ok: false, error: { code: 'control_invalid' } });
    if (reply.ok) return;
    expect(reply.error.message).toMatch(problem);
    expect(reply.error.message).not.toContain('sk-secret');
  });

  test('a failure of the catalogue keeps its code, its text and its next step', async () => {
    const reply = await answerCall(
      handlers({
        'tool.revoke': () => {
          throw new TiergateError('tool_unknown', 'codex');
        },
      }),
      'tool.revoke',
      { name: 'codex' },
    );
    expect(reply).toEqual({
      ok: false,
      error: {
        code: 'tool_unknown',
        message: 'There is no tool named codex.',
        next: '"tiergate tool list" names the tools.',
      },
    });
  });

  test.each<[name: string, failure: unknown]>([
    ['an error', new Error('ENOENT /home/ada/secret sk-0123456789')],
    ['a text', 'sk-0123456789'],
    ['nothing', undefined],
  ])('%s that nobody foresaw keeps its text to itself', async (_name, failure) => {
    const reply = await answerCall(
      handlers({
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what a dependency may do
        'status.get': () => Promise.reject(failure),
      }),
      'status.get',
      {},
    );
    expect(reply).toEqual({ ok: false, error: faultOf(null) });
    expect(JSON.stringify(reply)).not.toContain('sk-');
    expect(faultOf(failure)).toMatchObject({ code: 'internal', message: ERRORS.internal.message });
  });
});
