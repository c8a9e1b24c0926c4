import type OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { gatewayError } from '../../../src/shared/errors.ts';
import { chatTranslation } from '../../../src/main/dialects/translate/chat-translation.ts';
import { WISH, type StreamEvent, called, eventsOf, openai, response, said, sse, translate } from './answers.ts';

const PARAMS = { model: 'm', messages: [] } satisfies OpenAI.ChatCompletionCreateParams;

const streamed = (includeUsage = true): ReturnType<typeof chatTranslation.answer> =>
  chatTranslation.answer({ ...WISH, includeUsage }, 0);
const whole = (): ReturnType<typeof chatTranslation.answer> => chatTranslation.answer({ ...WISH, streams: false }, 0);

/** What OpenAI's own client makes of the translated stream, and of the translated body. */
async function bothWays(events: readonly StreamEvent[], size?: number): Promise<OpenAI.ChatCompletion> {
  const bytes = sse(events);
  const text = translate(streamed(), bytes, size);
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  const stream = await openai(text)
    .chat.completions.stream({ ...PARAMS, stream_options: { include_usage: true } })
    .finalChatCompletion();
  const translator = whole();
  const body = await openai(translate(translator, bytes, size), 'application/json').chat.completions.create(PARAMS);
  expect(translator.failure).toBeNull();
  const bare = ({ id, model, created, choices, usage, service_tier }: OpenAI.ChatCompletion): object => ({
    id,
    model,
    created,
    usage,
    service_tier,
    choices: choices.map(({ message, finish_reason }) => ({
      // A stream’s first chunk cannot know yet that there will be no text.
      content: message.content || null,
      refusal: message.refusal ?? null,
      finish_reason,
      calls: message.tool_calls?.map((call) =>
        call.type === 'function' ? [call.id, call.function.name, call.function.arguments] : call,
      ),
    })),
  });
  expect(bare(stream as OpenAI.ChatCompletion)).toEqual({
    ...bare(body),
    choices: (bare(body) as { choices: object[] }).choices,
  });
  return body;
}

describe('a Responses answer for OpenAI’s own Chat client', () => {
  test.each([undefined, 1, 7, 100])('text, in pieces of %s bytes', async (size) => {
    expect(await bothWays(eventsOf(response([said('Hello — ☃ there.')])), size)).toMatchObject({
      id: 'resp_0123',
      object: 'chat.completion',
      model: 'asked-model',
      created: 1_790_000_000,
      service_tier: 'default',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello — ☃ there.' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 60 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    });
  });

  test('parallel tool calls', async () => {
    const output = [called('call_a', 'read', '{"path":"a"}'), called('call_b', 'read', '{"path":"b"}')];
    expect((await bothWays(eventsOf(response(output)))).choices[0]).toMatchObject({
      message: {
        content: null,
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
          { id: 'call_b', type: 'function', function: { name: 'read', arguments: '{"path":"b"}' } },
        ],
      },
      finish_reason: 'tool_calls',
    });
  });

  test('a call of a tool that takes text', () => {
    const call = {
      type: 'custom_tool_call' as const,
      id: 'ctc_1',
      call_id: 'call_c',
      name: 'patch',
      input: '*** Begin',
      status: 'completed' as const,
    };
    const answer = JSON.parse(translate(whole(), sse(eventsOf(response([call]))))) as OpenAI.ChatCompletion;
    expect(answer.choices[0]?.message.tool_calls).toEqual([
      { id: 'call_c', type: 'custom', custom: { name: 'patch', input: '*** Begin' } },
    ]);
  });

  test('reasoning stands beside the text', () => {
    const reasoning = {
      type: 'reasoning' as const,
      id: 'rs_1',
      summary: [{ type: 'summary_text' as const, text: 'I look.' }],
    };
    const bytes = sse(eventsOf(response([reasoning, said('So.')])));
    const answer = JSON.parse(translate(whole(), bytes)) as OpenAI.ChatCompletion;
    expect(answer.choices[0]?.message).toMatchObject({ content: 'So.', reasoning_content: 'I look.' });
    expect(translate(streamed(), bytes)).toContain('"delta":{"reasoning_content":"I l');
  });

  test('a refusal', async () => {
    const refusal = { type: 'refusal' as const, refusal: 'I will not.' };
    const item = {
      type: 'message' as const,
      id: 'msg_1',
      role: 'assistant' as const,
      status: 'completed' as const,
      content: [refusal],
    };
    expect((await bothWays(eventsOf(response([item])))).choices[0]).toMatchObject({
      message: { content: null, refusal: 'I will not.' },
    });
  });

  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
  ] as const)('an answer cut by %s', (reason, finish) => {
    const cut = response([said('Hal')], { status: 'incomplete', incomplete_details: { reason } });
    const bytes = sse(eventsOf(cut));
    expect((JSON.parse(translate(whole(), bytes)) as OpenAI.ChatCompletion).choices[0]?.finish_reason).toBe(finish);
    expect(translate(streamed(), bytes)).toContain(`"finish_reason":"${finish}"`);
  });
});

describe('the stream itself', () => {
  const chunks = (text: string): OpenAI.ChatCompletionChunk[] =>
    [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json) as OpenAI.ChatCompletionChunk);

  test('tells usage only where the tool asked', () => {
    const bytes = sse(eventsOf(response([said('x')])));
    expect(chunks(translate(streamed(true), bytes)).at(-1)).toMatchObject({
      choices: [],
      usage: { total_tokens: 120 },
    });
    const quiet = chunks(translate(streamed(false), bytes));
    expect(quiet.every(({ choices, usage }) => choices.length === 1 && usage === undefined)).toBe(true);
  });

  test('that lacks its end says so, and has neither a finish nor [DONE]', () => {
    const events = eventsOf(response([said('Half')])).slice(0, -1);
    const broken = streamed();
    for (const text of [
      translate(streamed(), sse(events)),
      broken.push(sse(events.slice(0, 4))) + broken.cut(gatewayError('upstream_cut')),
    ]) {
      expect(text).toMatch(/data: \{"error":\{"type":"upstream_error","code":"upstream_cut"/);
      expect(text).not.toContain('[DONE]');
      expect(text).not.toContain('"finish_reason":"');
    }
  });

  test('of a failure is an error, which the client throws', async () => {
    const failed = response([], { status: 'failed', error: { code: 'server_error', message: 'It broke.' } });
    const text = translate(streamed(), sse(eventsOf(failed)));
    expect(text).not.toContain('[DONE]');
    await expect(openai(text).chat.completions.stream(PARAMS).finalChatCompletion()).rejects.toThrow('It broke.');
  });
});

test('a failure before anything was told has a status', () => {
  const failed = response([], { status: 'failed', error: { code: 'server_error', message: 'It broke.' } });
  const translator = whole();
  expect(JSON.parse(translate(translator, sse(eventsOf(failed))))).toMatchObject({ error: { message: 'It broke.' } });
  expect(translator.failure).toMatchObject({ status: 502, type: 'upstream_error' });
});
