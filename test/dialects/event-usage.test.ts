import { expect, test } from 'vitest';
import { eventUsage } from '../../src/main/dialects/event-usage.ts';

/** The usage of a session's terminal events. */
test.each([
  ['Responses', 'input_tokens', 'input_tokens_details', 'output_tokens', 'output_tokens_details'],
  ['Realtime', 'input_tokens', 'input_token_details', 'output_tokens', 'output_token_details'],
  ['Chat', 'prompt_tokens', 'prompt_tokens_details', 'completion_tokens', 'completion_tokens_details'],
])('is read as %s calls its parts', (_, input, inputDetails, output, outputDetails) => {
  const usage = {
    ...{ [input]: 100, [inputDetails]: { cached_tokens: 60, cache_write_tokens: 10 } },
    ...{ [output]: 20, [outputDetails]: { reasoning_tokens: 5 }, total_tokens: 120 },
  };
  expect(eventUsage(usage)).toEqual({
    ...{ input: 100, cached: 60, cacheWrite: 10, cacheWriteHour: null },
    ...{ output: 20, reasoning: 5 },
  });
});

test('is dropped whole where one part of it is wrong', () => {
  const usage = { input_tokens: 100, input_token_details: { cached_tokens: -1 }, output_tokens: 20 };
  expect(eventUsage(usage)).toMatchObject({ input: null, cached: null, output: null });
});
