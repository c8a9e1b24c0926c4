import { describe, expect, test } from 'vitest';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';

const output = (call_id?: unknown): object => ({
  type: 'function_call_output',
  output: 'x',
  ...(call_id === undefined ? {} : { call_id }),
});
const call = (call_id?: unknown, type = 'function_call'): object => ({ type, name: 'f', call_id });
const reference = (id: unknown): object => ({ type: 'item_reference', id });
const message = { type: 'message', role: 'user', content: 'hello' };

function refusalOf(input: unknown, more: object = {}): string | null {
  const result = responses.read(Buffer.from(JSON.stringify({ model: 'm', input, ...more })));
  return isUnread(result) ? result.error.code : null;
}

describe('an input that answers function calls', () => {
  test.each<[name: string, input: unknown, refusal: string | null]>([
    ['a text', 'hello', null],
    ['no items', [], null],
    ['no answers', [message], null],
    ['texts among the items', ['a', 5, null, [], message], null],
    ['an answer and its call', [call('c1'), output('c1')], null],
    ['an answer and its call after it', [output('c1'), call('c1')], null],
    ['an answer and another call: they are not paired', [call('other'), output('c1')], null],
    ['an answer and a tool_call', [call('c1', 'tool_call'), output('c1')], null],
    ['an answer without an id, beside a call', [call('c1'), output()], null],
    ['an answer alone', [output('c1')], 'call_reference_required'],
    ['an answer without an id', [output()], 'call_id_required'],
    ['an answer with a blank id', [output(' ')], 'call_id_required'],
    ['an answer with a number for an id', [output(7)], 'call_id_required'],
    ['an answer and a call with a blank id', [call(' '), output('c1')], 'call_reference_required'],
    ['an answer and a call of another type', [call('c1', 'custom_tool_call'), output('c1')], 'call_reference_required'],
    ['an answer and its reference', [reference('c1'), output('c1')], null],
    ['two answers and both references', [reference('c2'), output('c1'), output('c2'), reference('c1')], null],
    ['two answers and one reference', [reference('c1'), output('c1'), output('c2')], 'call_reference_required'],
    ['one answer without an id of two', [reference('c1'), output('c1'), output()], 'call_id_required'],
    ['answers of other types', [{ type: 'custom_tool_call_output' }, { type: 'local_shell_call_output' }], null],
    ['an answer inside an item', [{ type: 'message', content: [output()] }], null],
  ])('%s: %s', (_name, input, refusal) => {
    expect(refusalOf(input)).toBe(refusal);
  });

  test.each<[name: string, more: object, refusal: string | null]>([
    ['goes on from a response', { previous_response_id: 'resp_1' }, null],
    ['goes on from nothing', { previous_response_id: '  ' }, 'call_reference_required'],
    ['goes on from null', { previous_response_id: null }, 'call_reference_required'],
    ['belongs to a conversation', { conversation: 'conv_1' }, null],
    ['belongs to a conversation object', { conversation: { id: 'conv_1' } }, null],
    ['belongs to no conversation', { conversation: null }, 'call_reference_required'],
  ])('that %s: %s', (_name, more, refusal) => {
    expect(refusalOf([output('c1')], more)).toBe(refusal);
  });
});
