import { describe, expect, test } from 'vitest';
import type { AnswerReader } from '../../src/main/dialects/dialect.ts';
import { messages } from '../../src/main/dialects/messages.ts';
import { NO_USAGE } from '../../src/shared/usage.ts';

function event(data: { readonly type: string } & Record<string, unknown>): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

const START = event({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-5',
    content: [],
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
      cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 15 },
      output_tokens: 5,
    },
  },
});
const DELTA = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } });
const STOP = event({ type: 'message_stop' });

const ended = (usage: object): string =>
  event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage });

function stream(...parts: readonly string[]): AnswerReader {
  const reader = messages.answerReader(true);
  for (const part of parts) reader.push(Buffer.from(part));
  return reader;
}

describe('a Messages stream', () => {
  test('counts what was written once, by the last total', () => {
    const reader = stream(START, DELTA, ended({ output_tokens: 40 }), ended({ output_tokens: 61, speed: 'fast' }));
    expect(reader).toMatchObject({ started: true, complete: false, mayEnd: false });
    reader.push(Buffer.from(STOP));
    expect(reader).toMatchObject({ complete: true, mayEnd: true });
    expect(reader.facts).toEqual({
      responseId: 'msg_1',
      model: 'claude-opus-5',
      tier: 'priority',
      usage: { input: 130, cached: 100, cacheWrite: 20, cacheWriteHour: 15, output: 61, reasoning: null },
      error: null,
    });
  });

  test('lets a later total of the input overrule the first, and null overrule nothing', () => {
    const reader = stream(START, ended({ input_tokens: 12, cache_read_input_tokens: null, output_tokens: 7 }), STOP);
    expect(reader.facts.usage).toMatchObject({
      input: 132,
      cached: 100,
      cacheWrite: 20,
      cacheWriteHour: 15,
      output: 7,
    });
  });

  test.each([
    [{ speed: 'standard', service_tier: 'priority' }, 'default'],
    [{ service_tier: 'standard' }, 'default'],
    [{ service_tier: 'priority' }, null],
    [{ service_tier: 'batch' }, 'batch'],
  ])('%j is the tier %s', (said, tier) => {
    expect(stream(START, ended({ output_tokens: 1, ...said }), STOP).facts.tier).toBe(tier);
  });

  test('without message_stop is not complete, and may not end', () => {
    const reader = stream(START, DELTA, ended({ output_tokens: 3 }));
    reader.end();
    expect(reader).toMatchObject({ complete: false, mayEnd: false, facts: { usage: { output: 3 } } });
  });

  test('that was cut before its last word says what was read, and not that next to nothing was written', () => {
    const reader = stream(START, DELTA, DELTA);
    reader.end();
    expect(reader.facts.usage).toMatchObject({ input: 130, cached: 100, cacheWriteHour: 15, output: null });
  });

  test('may end after an error, which is told', () => {
    const reader = stream(START, event({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }));
    expect(reader).toMatchObject({ complete: false, mayEnd: true, facts: { error: 'overloaded_error' } });
  });

  test.each([1, 3, 7, 50])('cut every %i bytes says the same', (size) => {
    const bytes = Buffer.from([START, ': ping\n\n', DELTA, DELTA, ended({ output_tokens: 61 }), STOP].join(''));
    const reader = messages.answerReader(true);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(reader).toMatchObject({ started: true, complete: true, facts: { usage: { input: 130, output: 61 } } });
  });

  test('text that speaks of message_stop ends nothing', () => {
    const delta = { type: 'text_delta', text: '{"type":"message_stop"}' };
    expect(stream(START, event({ type: 'content_block_delta', index: 0, delta })).complete).toBe(false);
    const unnamed = JSON.stringify({ type: 'content_block_delta', index: 0, delta });
    expect(stream(START, `data: ${unnamed}\n\n`).complete).toBe(false);
  });
});

describe('a whole Messages body', () => {
  function body(json: object): AnswerReader {
    const reader = messages.answerReader(false);
    reader.push(Buffer.from(JSON.stringify(json)));
    reader.end();
    return reader;
  }

  test('tells all', () => {
    const usage = {
      input_tokens: 3,
      output_tokens: 4,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: null,
      output_tokens_details: { thinking_tokens: 2 },
      speed: 'standard',
    };
    expect(body({ id: 'msg_2', type: 'message', model: 'm', usage }).facts).toEqual({
      responseId: 'msg_2',
      model: 'm',
      tier: 'default',
      usage: { input: 3, cached: 0, cacheWrite: null, cacheWriteHour: null, output: 4, reasoning: 2 },
      error: null,
    });
  });

  test('of counted tokens bills nothing', () => {
    expect(body({ input_tokens: 2095 }).facts).toEqual({
      responseId: null,
      model: null,
      tier: null,
      usage: NO_USAGE,
      error: null,
    });
  });
});
