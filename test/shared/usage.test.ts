import { describe, expect, test } from 'vitest';
import { NO_USAGE, type Usage, chatUsage, messagesUsage, responsesUsage } from '../../src/shared/usage.ts';

/** One usage, as either dialect spells it. */
function spelled(dialect: 'responses' | 'chat', tokens: Partial<Record<keyof Usage, unknown>>): unknown {
  const { input, output, cached, cacheWrite, reasoning } = tokens;
  const details = { cached_tokens: cached, cache_write_tokens: cacheWrite };
  return dialect === 'responses'
    ? {
        input_tokens: input,
        input_tokens_details: details,
        output_tokens: output,
        output_tokens_details: { reasoning_tokens: reasoning },
      }
    : {
        prompt_tokens: input,
        prompt_tokens_details: details,
        completion_tokens: output,
        completion_tokens_details: { reasoning_tokens: reasoning },
      };
}

const readers = [
  ['responses', responsesUsage],
  ['chat', chatUsage],
] as const;

describe.each(readers)('the usage of a %s answer', (dialect, read) => {
  test('is read member by member', () => {
    const usage = { input: 100, cached: 40, cacheWrite: 7, output: 30, reasoning: 20 };
    expect(read(spelled(dialect, usage))).toEqual({ ...usage, cacheWriteHour: null });
  });

  test('0 is 0', () => {
    const usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    expect(read(spelled(dialect, usage))).toEqual({ ...usage, cacheWriteHour: null });
  });

  test('what is not there is unknown, never 0', () => {
    expect(read({})).toEqual(NO_USAGE);
    expect(read(spelled(dialect, { input: 5 }))).toEqual({ ...NO_USAGE, input: 5 });
  });

  test('the older name of what was written to the cache counts too', () => {
    const details = { cache_creation_tokens: 9 };
    expect(read({ input_tokens_details: details, prompt_tokens_details: details }).cacheWrite).toBe(9);
  });

  test.each([
    ['a negative number', -1],
    ['a fraction', 1.5],
    ['a text', '12'],
    ['null', null],
    ['a number beyond all counting', 1e300],
    ['one more than can be counted', Number.MAX_SAFE_INTEGER + 1],
    ['NaN', NaN],
    ['true', true],
    ['an object', { value: 1 }],
  ])('%s is no count', (_name, value) => {
    const every = { input: value, cached: value, cacheWrite: value, output: value, reasoning: value };
    expect(read(spelled(dialect, every))).toEqual(NO_USAGE);
  });

  test.each([[null], [undefined], [[]], ['text'], [7]])('%j is no usage', (value) => {
    expect(read(value)).toEqual(NO_USAGE);
  });

  test.each([[null], [[1]], ['text'], [7]])('details that are %j say nothing', (details) => {
    expect(
      read({
        input_tokens: 1,
        input_tokens_details: details,
        output_tokens_details: details,
        prompt_tokens: 1,
        prompt_tokens_details: details,
        completion_tokens_details: details,
      }),
    ).toEqual({ ...NO_USAGE, input: 1 });
  });
});

describe('what a Messages answer wrote to the cache', () => {
  const lifetimes = (short: unknown, hour: unknown) => ({
    ephemeral_5m_input_tokens: short,
    ephemeral_1h_input_tokens: hour,
  });

  test.each<[said: string, usage: object, cacheWrite: number | null, cacheWriteHour: number | null]>([
    ['both lifetimes', { cache_creation_input_tokens: 30, cache_creation: lifetimes(10, 20) }, 30, 20],
    ['none for an hour', { cache_creation_input_tokens: 30, cache_creation: lifetimes(30, 0) }, 30, 0],
    ['no lifetimes', { cache_creation_input_tokens: 30, cache_creation: null }, 30, null],
    ['the lifetimes alone', { cache_creation: lifetimes(10, 20) }, 30, 20],
    ['a sum that has grown since', { cache_creation_input_tokens: 45, cache_creation: lifetimes(10, 20) }, 45, 20],
    ['more for an hour than at all', { cache_creation_input_tokens: 5, cache_creation: lifetimes(0, 20) }, 5, 5],
    [
      'lifetimes that are no counts',
      { cache_creation_input_tokens: 30, cache_creation: lifetimes('10', -1) },
      30,
      null,
    ],
    ['nothing', {}, null, null],
  ])('is known where it says %s', (_said, usage, cacheWrite, cacheWriteHour) => {
    expect(messagesUsage({ input_tokens: 1, output_tokens: 2, ...usage })).toEqual({
      ...NO_USAGE,
      input: 1 + (cacheWrite ?? 0),
      cacheWrite,
      cacheWriteHour,
      output: 2,
    });
  });
});
