import { describe, expect, test } from 'vitest';
import { NO_USAGE, type Usage, messagesUsage, openAIUsage } from '../../src/shared/usage.ts';

/** What the protocols call the parts of a usage. */
const NAMES = [
  ['Responses', 'input_tokens', 'input_tokens_details', 'output_tokens', 'output_tokens_details'],
  ['Realtime', 'input_tokens', 'input_token_details', 'output_tokens', 'output_token_details'],
  ['Chat', 'prompt_tokens', 'prompt_tokens_details', 'completion_tokens', 'completion_tokens_details'],
] as const;

describe.each(NAMES)('the usage of %s', (_, input, inputDetails, output, outputDetails) => {
  const read = openAIUsage;
  const spelled = (tokens: Partial<Record<keyof Usage, unknown>>, total?: number): object => ({
    [input]: tokens.input,
    [inputDetails]: { cached_tokens: tokens.cached, cache_write_tokens: tokens.cacheWrite },
    [output]: tokens.output,
    [outputDetails]: { reasoning_tokens: tokens.reasoning },
    total_tokens: total,
  });

  test('is read member by member', () => {
    const usage = { input: 100, cached: 40, cacheWrite: 7, output: 30, reasoning: 20 };
    expect(read(spelled(usage))).toEqual({ ...usage, cacheWriteHour: null });
  });

  test('0 is 0', () => {
    const usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    expect(read(spelled(usage))).toEqual({ ...usage, cacheWriteHour: null });
  });

  test('what is not there is unknown, never 0', () => {
    expect(read({})).toEqual(NO_USAGE);
    expect(read(spelled({ input: 5 }))).toEqual({ ...NO_USAGE, input: 5 });
  });

  test('the older name of what was written to the cache counts too', () => {
    const details = { cache_creation_tokens: 9 };
    expect(read({ [inputDetails]: details }).cacheWrite).toBe(9);
    expect(read({ cache_creation_input_tokens: 9 }).cacheWrite).toBe(9);
  });

  test.each([
    ['a negative number', -1],
    ['a fraction', 1.5],
    ['a text', '12'],
    ['a number beyond all counting', 1e300],
    ['one that no turn can have', 10_000_000_001],
    ['NaN', NaN],
    ['true', true],
    ['an object', { value: 1 }],
  ])('with a part that is %s is dropped whole', (_name, value) => {
    const usage = { input: 100, cached: 40, cacheWrite: 7, output: 30, reasoning: 20 };
    for (const part of Object.keys(usage)) expect(read(spelled({ ...usage, [part]: value }))).toEqual(NO_USAGE);
  });

  test('counts the reasoning that a provider leaves out of what was written, as its total tells', () => {
    const usage = { input: 100, cached: 40, output: 30, reasoning: 20 };
    expect(read(spelled(usage, 150))).toMatchObject({ output: 50, reasoning: 20 });
    expect(read(spelled(usage, 130))).toMatchObject({ output: 30, reasoning: 20 });
    expect(read(spelled(usage))).toMatchObject({ output: 30, reasoning: 20 });
    expect(read(spelled({ ...usage, reasoning: 0 }, 130))).toMatchObject({ output: 30, reasoning: 0 });
  });

  test.each([[null], [undefined], [[]], ['text'], [7]])('%j is no usage', (value) => {
    expect(read(value)).toEqual(NO_USAGE);
  });

  test.each([[null], [[1]], ['text'], [7]])('details that are %j say nothing', (details) => {
    expect(read({ [input]: 1, [inputDetails]: details, [outputDetails]: details })).toEqual({ ...NO_USAGE, input: 1 });
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
