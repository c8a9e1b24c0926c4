import { describe, expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import type { AnswerReader } from '../../src/main/dialects/dialect.ts';
import { NO_USAGE } from '../../src/shared/usage.ts';

const NOTHING = { responseId: null, model: null, tier: null, usage: NO_USAGE, error: null };

const USAGE = {
  prompt_tokens: 100,
  prompt_tokens_details: { cached_tokens: 60 },
  completion_tokens: 20,
  completion_tokens_details: { reasoning_tokens: 5 },
};
const READ_USAGE = { input: 100, cached: 60, cacheWrite: null, cacheWriteHour: null, output: 20, reasoning: 5 };

const BASE = { id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'gpt-5.5-2026' };
const DONE = 'data: [DONE]\n\n';

function chunk(more: object): string {
  return `data: ${JSON.stringify({ ...BASE, ...more })}\n\n`;
}

function said(delta: object, more: object = {}): string {
  return chunk({ choices: [{ index: 0, delta }], ...more });
}

const usageChunk = chunk({ choices: [], service_tier: 'default', usage: USAGE });

function stream(...parts: readonly string[]): AnswerReader {
  const reader = chat.answerReader(true);
  for (const part of parts) reader.push(Buffer.from(part));
  return reader;
}

describe('a stream of Chat chunks', () => {
  test('tells name, model, tier and usage, and ends with [DONE]', () => {
    const reader = stream(said({ role: 'assistant', content: '' }), said({ content: 'hi' }), usageChunk);
    expect(reader).toMatchObject({ complete: false, started: true });
    reader.push(Buffer.from(DONE));
    expect(reader).toMatchObject({ complete: true, mayEnd: true });
    expect(reader.facts).toEqual({
      responseId: 'chatcmpl-1',
      model: 'gpt-5.5-2026',
      tier: 'default',
      usage: READ_USAGE,
      error: null,
    });
  });

  test('without the chunk that carries usage, tier and usage stay unknown', () => {
    const reader = stream(said({ content: 'hi' }, { service_tier: 'priority' }), DONE);
    expect(reader).toMatchObject({ complete: true, facts: { tier: null, usage: NO_USAGE, model: 'gpt-5.5-2026' } });
  });

  test('a chunk whose usage is null echoes the request: its tier counts for nothing', () => {
    const reader = stream(said({ content: 'hi' }, { service_tier: 'priority', usage: null }));
    expect(reader.facts).toMatchObject({ tier: null, usage: NO_USAGE });
  });

  test('the chunk with the usage overrules every echo before it', () => {
    const reader = stream(said({ content: 'hi' }, { service_tier: 'priority', usage: null }), usageChunk, DONE);
    expect(reader.facts).toMatchObject({ tier: 'default', usage: READ_USAGE });
  });

  test('usage told on the last chunk with choices counts as well', () => {
    const reader = stream(said({ content: 'hi' }), said({}, { usage: USAGE, service_tier: 'flex' }), DONE);
    expect(reader.facts).toMatchObject({ tier: 'flex', usage: READ_USAGE });
  });

  test('a usage without a tier leaves the tier unknown', () => {
    expect(stream(chunk({ choices: [], usage: USAGE })).facts).toMatchObject({ tier: null, usage: READ_USAGE });
  });

  test('a stream that ends without [DONE] may end, and is not complete', () => {
    const reader = stream(said({ content: 'hi' }), usageChunk);
    reader.end();
    expect(reader).toMatchObject({ complete: false, mayEnd: true, facts: { usage: READ_USAGE } });
  });

  test('[DONE] without a line feed counts once the body ends', () => {
    const reader = stream(usageChunk, 'data: [DONE]');
    reader.end();
    expect(reader.complete).toBe(true);
  });

  test('what comes after [DONE] changes nothing', () => {
    expect(stream(DONE, usageChunk).facts).toEqual(NOTHING);
  });

  test.each<[name: string, error: unknown, told: string | null]>([
    ['with a code', { code: 'server_error', message: 'x' }, 'server_error'],
    ['without a code', { message: 'x' }, 'upstream_error_event'],
    ['with a number for a code', { code: 500 }, 'upstream_error_event'],
    ['as a text', 'sorry', 'upstream_error_event'],
    ['as null', null, null],
  ])('an error %s is told', (_name, error, told) => {
    expect(stream(said({ content: 'a' }), `data: ${JSON.stringify({ error })}\n\n`).facts.error).toBe(told);
  });

  test('what an answer quotes is no usage and no error', () => {
    const quote = '{"usage":{"prompt_tokens":1},"error":{"code":"x"},"service_tier":"priority"} [DONE]';
    const reader = stream(said({ content: quote }), said({ content: quote }));
    expect(reader).toMatchObject({ complete: false, facts: { tier: null, usage: NO_USAGE, error: null } });
  });

  test('a chunk that is no JSON tells nothing and breaks nothing', () => {
    expect(stream('data: {"usage":\n\n', usageChunk, DONE)).toMatchObject({
      complete: true,
      facts: { tier: 'default' },
    });
  });

  test.each<[name: string, delta: object, started: boolean]>([
    ['a role', { role: 'assistant', content: '' }, false],
    ['nothing', {}, false],
    ['null', { content: null, refusal: null }, false],
    ['text', { content: 'a' }, true],
    ['a text of one quote', { content: '"' }, true],
    ['a refusal', { content: null, refusal: 'no' }, true],
    ['reasoning', { reasoning_content: 'hm' }, true],
    ['a tool call', { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }, true],
    ['no tool calls', { tool_calls: [] }, false],
  ])('the first token: %s', (_name, delta, started) => {
    expect(stream(said(delta)).started).toBe(started);
  });
});

describe('a whole Chat body', () => {
  function read(body: string): AnswerReader {
    const reader = chat.answerReader(false);
    reader.push(Buffer.from(body));
    reader.end();
    return reader;
  }

  test('tells all', () => {
    const reader = read(JSON.stringify({ ...BASE, choices: [], service_tier: 'priority', usage: USAGE }));
    expect(reader).toMatchObject({ complete: true });
    expect(reader.facts).toEqual({
      responseId: 'chatcmpl-1',
      model: 'gpt-5.5-2026',
      tier: 'priority',
      usage: READ_USAGE,
      error: null,
    });
  });

  test('that says little leaves the rest unknown', () => {
    expect(read('{"id":"x"}').facts).toEqual({ ...NOTHING, responseId: 'x' });
  });

  test.each(['', '{', 'null', '{"usage":}'])('%j tells nothing', (body) => {
    expect(read(body)).toMatchObject({ complete: false, facts: NOTHING });
  });
});
