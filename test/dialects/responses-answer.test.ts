import { describe, expect, test } from 'vitest';
import type { AnswerReader } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { NO_USAGE } from '../../src/shared/usage.ts';

const NOTHING = { responseId: null, model: null, tier: null, usage: NO_USAGE, error: null };

const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 60 },
  output_tokens: 20,
  output_tokens_details: { reasoning_tokens: 5 },
};
const READ_USAGE = { input: 100, cached: 60, cacheWrite: null, cacheWriteHour: null, output: 20, reasoning: 5 };

function response(more: object = {}): object {
  return { id: 'resp_1', object: 'response', model: 'gpt-5.5-2026', service_tier: 'default', usage: USAGE, ...more };
}

/** One event as the provider writes it; without a name, as some compatible upstreams do. */
function event(type: string, more: object, named = true): string {
  return `${named ? `event: ${type}\n` : ''}data: ${JSON.stringify({ type, ...more })}\n\n`;
}

function readerOf(streamed: boolean, ...parts: readonly string[]): AnswerReader {
  const reader = responses.answerReader(streamed);
  for (const part of parts) reader.push(Buffer.from(part));
  return reader;
}

const created = event('response.created', { response: response({ service_tier: 'priority', usage: null }) });
const delta = event('response.output_text.delta', { delta: 'hello' });

describe('a stream of Responses events', () => {
  test('tells all when it completes, before the connection ends', () => {
    const reader = readerOf(true, created, delta, event('response.completed', { response: response() }));
    expect(reader).toMatchObject({ complete: true, mayEnd: true, started: true });
    expect(reader.facts).toEqual({
      responseId: 'resp_1',
      model: 'gpt-5.5-2026',
      tier: 'default',
      usage: READ_USAGE,
      error: null,
    });
  });

  test('what is created echoes the request: its tier and usage count for nothing', () => {
    for (const type of ['response.created', 'response.in_progress', 'response.queued']) {
      const reader = readerOf(true, event(type, { response: response({ service_tier: 'priority' }) }), delta);
      reader.end();
      expect(reader.facts).toMatchObject({ tier: null, usage: NO_USAGE });
      expect(reader).toMatchObject({ complete: false, mayEnd: false });
    }
  });

  test('a stream that was cut still has a name and a model', () => {
    expect(readerOf(true, created, delta).facts).toEqual({ ...NOTHING, responseId: 'resp_1', model: 'gpt-5.5-2026' });
  });

  test.each(['completed', 'done', 'incomplete', 'cancelled', 'canceled'])('response.%s ends it well', (end) => {
    const reader = readerOf(true, created, event(`response.${end}`, { response: response() }));
    expect(reader).toMatchObject({ complete: true, mayEnd: true, facts: { tier: 'default', error: null } });
  });

  test.each<[name: string, error: unknown, told: string]>([
    ['with a code', { code: 'server_error', message: 'sorry' }, 'server_error'],
    ['without a code', { message: 'sorry' }, 'response_failed'],
    ['without an error', null, 'response_failed'],
  ])('response.failed %s ends it and says why', (_name, error, told) => {
    const failed = event('response.failed', { response: response({ status: 'failed', error }) });
    expect(readerOf(true, created, failed)).toMatchObject({
      complete: true,
      facts: { error: told, tier: 'default', usage: READ_USAGE },
    });
  });

  test.each<[name: string, body: object, told: string]>([
    ['in an object', { error: { code: 'rate_limit_exceeded' } }, 'rate_limit_exceeded'],
    ['flat', { code: 'server_error' }, 'server_error'],
    ['not at all', {}, 'upstream_error_event'],
  ])('an error event does not end it, but it may end after it; its code told %s', (_name, body, told) => {
    const reader = readerOf(true, created, event('error', body));
    expect(reader).toMatchObject({ complete: false, mayEnd: true, facts: { error: told, responseId: 'resp_1' } });
  });

  test('an error event followed by the end of the response keeps its code', () => {
    const reader = readerOf(
      true,
      event('error', { code: 'odd' }),
      event('response.incomplete', { response: response() }),
    );
    expect(reader).toMatchObject({ complete: true, facts: { error: 'odd', tier: 'default' } });
  });

  test('what comes after the end changes nothing', () => {
    const end = event('response.completed', { response: response() });
    const second = event('response.completed', { response: response({ id: 'resp_2', service_tier: 'flex' }) });
    expect(readerOf(true, end, second).facts).toMatchObject({ responseId: 'resp_1', tier: 'default' });
  });

  test('a terminal event that says no tier and no usage leaves them unknown', () => {
    const end = event('response.completed', { response: { id: 'resp_1' } });
    expect(readerOf(true, created, end).facts).toMatchObject({ tier: null, usage: NO_USAGE, model: 'gpt-5.5-2026' });
  });

  test('events without names are read by their type, wherever it stands', () => {
    const end = `data: ${JSON.stringify({ sequence_number: 9, response: response(), type: 'response.completed' })}\n\n`;
    const reader = readerOf(true, event('response.output_text.delta', { delta: 'x' }, false), end, 'data: [DONE]\n\n');
    expect(reader).toMatchObject({ started: true, complete: true, facts: { tier: 'default', usage: READ_USAGE } });
  });

  test('[DONE] alone ends no Responses stream', () => {
    expect(readerOf(true, delta, 'data: [DONE]\n\n')).toMatchObject({ complete: false, mayEnd: false });
  });

  test('a terminal event without its last line feed counts once the body ends', () => {
    const reader = readerOf(true, event('response.completed', { response: response() }).trimEnd());
    expect(reader.complete).toBe(false);
    reader.end();
    expect(reader).toMatchObject({ complete: true, facts: { tier: 'default' } });
  });

  test('a terminal event spread over lines is read whole', () => {
    const text = JSON.stringify({ type: 'response.completed', response: response() }, null, 2).replaceAll(
      '\n',
      '\ndata: ',
    );
    expect(readerOf(true, `event: response.completed\ndata: ${text}\n\n`)).toMatchObject({
      complete: true,
      facts: { tier: 'default', usage: READ_USAGE },
    });
  });

  test('a terminal event that is no JSON tells nothing and breaks nothing', () => {
    const reader = readerOf(true, 'event: response.completed\ndata: {"type":"response.comp\n\n', delta);
    expect(reader).toMatchObject({ complete: false, started: true, facts: NOTHING });
  });

  test.each<[name: string, part: string, started: boolean]>([
    ['created', created, false],
    ['an item', event('response.output_item.added', { item: {} }), false],
    ['text', delta, true],
    ['reasoning', event('response.reasoning_summary_text.delta', { delta: 'hm' }), true],
    ['arguments of a call', event('response.function_call_arguments.delta', { delta: '{' }), true],
    ['text without an event name', event('response.output_text.delta', { delta: 'x' }, false), true],
  ])('the first token: %s', (_name, part, started) => {
    expect(readerOf(true, part).started).toBe(started);
  });
});

describe('a whole Responses body', () => {
  function read(body: string | Buffer): AnswerReader {
    const reader = responses.answerReader(false);
    for (const byte of Buffer.from(body)) reader.push(Buffer.of(byte));
    reader.end();
    return reader;
  }

  test('tells all at its end, and not before', () => {
    const reader = readerOf(false, JSON.stringify(response({ status: 'completed' })));
    expect(reader).toMatchObject({ complete: false, facts: NOTHING });
    reader.end();
    expect(reader).toMatchObject({
      complete: true,
      facts: { responseId: 'resp_1', model: 'gpt-5.5-2026', tier: 'default', usage: READ_USAGE, error: null },
    });
  });

  test.each<[name: string, body: object, error: string | null]>([
    ['completed', { status: 'completed', error: null }, null],
    ['failed with a code', { status: 'failed', error: { code: 'server_error' } }, 'server_error'],
    ['failed without', { status: 'failed' }, 'response_failed'],
    ['incomplete', { status: 'incomplete' }, null],
  ])('that %s', (_name, more, error) => {
    expect(read(JSON.stringify(response(more)))).toMatchObject({ complete: true, facts: { error } });
  });

  test.each([
    ['nothing', ''],
    ['half of it', '{"id":"resp_1"'],
    ['a list', '[1]'],
    ['a page', '<html>'],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('that is %s tells nothing', (_name, body) => {
    expect(read(body)).toMatchObject({ complete: false, facts: NOTHING });
  });

  test('names said twice: the last counts, as to most readers', () => {
    expect(read('{"service_tier":"priority","service_tier":"flex","Service_Tier":"scale"}').facts.tier).toBe('flex');
  });

  test('a tier or a usage of another kind is unknown', () => {
    const { facts } = read('{"service_tier":5,"usage":"many"}');
    expect(facts).toMatchObject({ tier: null, usage: NO_USAGE });
  });

  test('that is beyond all bounds tells nothing and holds nothing', () => {
    const reader = readerOf(false, '{"id":"resp_1","x":"');
    for (let megabytes = 0; megabytes < 17; megabytes += 1) reader.push(Buffer.alloc(1024 * 1024, 'x'));
    reader.push(Buffer.from('"}'));
    reader.end();
    expect(reader).toMatchObject({ complete: false, facts: NOTHING });
  });
});
