import type Anthropic from '@anthropic-ai/sdk';
import { describe, expect, test } from 'vitest';
import { gatewayError } from '../../../src/shared/errors.ts';
import { messagesTranslation } from '../../../src/main/dialects/translate/messages-translation.ts';
import { WISH, type StreamEvent, anthropic, called, eventsOf, response, said, sse, translate } from './answers.ts';

const PARAMS: Anthropic.MessageCreateParams = { model: 'm', max_tokens: 10, messages: [] };

const streamed = (): ReturnType<typeof messagesTranslation.answer> => messagesTranslation.answer(WISH, 0);
const whole = (): ReturnType<typeof messagesTranslation.answer> =>
  messagesTranslation.answer({ ...WISH, streams: false }, 0);

/** What Anthropic's own client makes of the translated stream, and of the translated body. */
async function bothWays(events: readonly StreamEvent[], size?: number): Promise<Anthropic.Message> {
  const bytes = sse(events);
  const stream = await anthropic(translate(streamed(), bytes, size))
    .messages.stream(PARAMS)
    .finalMessage();
  const translator = whole();
  const text = translate(translator, bytes, size);
  expect(translator.failure).toBeNull();
  const body = await anthropic(text, 'application/json').messages.create({ ...PARAMS, stream: false });
  const bare = ({ id, role, type, model, content, stop_reason, stop_sequence, usage }: Anthropic.Message): object => ({
    id,
    role,
    type,
    model,
    content,
    stop_reason,
    stop_sequence,
    // The client’s stream takes only the counts of the last usage.
    usage: { ...usage, speed: null },
  });
  expect(bare(body)).toEqual(bare(stream));
  return stream;
}

const REASONING = {
  type: 'reasoning' as const,
  id: 'rs_1',
  summary: [
    { type: 'summary_text' as const, text: 'First I look.' },
    { type: 'summary_text' as const, text: 'Then I say.' },
  ],
  encrypted_content: 'opaque==',
};

describe('a Responses answer for Anthropic’s own client', () => {
  test.each([undefined, 1, 7, 100])('text, in pieces of %s bytes', async (size) => {
    const message = await bothWays(eventsOf(response([said('Hello — ☃ there.')])), size);
    expect(message).toMatchObject({
      id: 'msg_0123',
      model: 'asked-model',
      content: [{ type: 'text', text: 'Hello — ☃ there.' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: 30,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 10,
        output_tokens: 20,
        output_tokens_details: { thinking_tokens: 5 },
      },
    });
  });

  test('parallel tool calls after text', async () => {
    const output = [
      said('Both at once.'),
      called('call_a', 'read', '{"path":"a"}'),
      called('call_b', 'read', '{"path":"b","n":12}'),
    ];
    const message = await bothWays(eventsOf(response(output)));
    expect(message.content).toMatchObject([
      { type: 'text', text: 'Both at once.' },
      { type: 'tool_use', id: 'call_a', name: 'read', input: { path: 'a' } },
      { type: 'tool_use', id: 'call_b', name: 'read', input: { path: 'b', n: 12 } },
    ]);
    expect(message.stop_reason).toBe('tool_use');
  });

  test('a call without input', async () => {
    const message = await bothWays(eventsOf(response([called('call_a', 'now', '')])));
    expect(message.content).toMatchObject([{ type: 'tool_use', name: 'now', input: {} }]);
  });

  test('reasoning becomes thinking that can be brought back', async () => {
    const message = await bothWays(eventsOf(response([REASONING, said('So.')])));
    const [thinking, text] = message.content;
    expect(thinking).toMatchObject({ type: 'thinking', thinking: 'First I look.\n\nThen I say.' });
    expect(text).toMatchObject({ type: 'text', text: 'So.' });
    const body = { ...PARAMS, messages: [{ role: 'assistant', content: message.content }] };
    const target = {
      account: 'lab',
      upstreamModel: 'gpt-5.5',
      isLogin: false,
      standardTier: 'omit',
      beta: null,
    } as const;
    const back = messagesTranslation.request(Buffer.from(JSON.stringify(body)), target);
    if ('code' in back) throw new Error(back.message);
    expect(JSON.parse(back.body.toString())).toMatchObject({
      input: [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'First I look.\n\nThen I say.' }],
          encrypted_content: 'opaque==',
        },
        { role: 'assistant', content: 'So.' },
      ],
    });
    // Another account could not open it.
    const other = messagesTranslation.request(Buffer.from(JSON.stringify(body)), { ...target, account: 'other' });
    expect('code' in other ? other : other.leftOut).toEqual(['messages[].content[] (thinking of another provider)']);
  });

  test('reasoning without a summary is kept as a redacted block', async () => {
    const message = await bothWays(eventsOf(response([{ ...REASONING, summary: [] }, said('So.')])));
    expect(message.content).toMatchObject([{ type: 'redacted_thinking' }, { type: 'text' }]);
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
    expect(await bothWays(eventsOf(response([item])))).toMatchObject({
      content: [{ type: 'text', text: 'I will not.' }],
      stop_reason: 'refusal',
    });
  });

  test.each([
    ['max_output_tokens', 'max_tokens'],
    ['content_filter', 'refusal'],
  ] as const)('an answer cut by %s', async (reason, stop) => {
    const cut = response([said('Hal')], { status: 'incomplete', incomplete_details: { reason } });
    expect((await bothWays(eventsOf(cut))).stop_reason).toBe(stop);
  });

  test('a call cut by the limit is not handed over whole', () => {
    const cut = response([called('call_a', 'rm', '{"path":"/ho')], {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    const message = JSON.parse(translate(whole(), sse(eventsOf(cut)))) as Anthropic.Message;
    expect(message).toMatchObject({ content: [], stop_reason: 'max_tokens' });
  });

  test('a call whose input is no JSON is an error, never a call with other input', () => {
    const translator = whole();
    const text = translate(translator, sse(eventsOf(response([called('call_a', 'rm', '{"path":')]))));
    expect(translator.failure?.code).toBe('answer_untranslatable');
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
  });

  test('a search of the provider’s', async () => {
    const search = {
      type: 'web_search_call' as const,
      id: 'ws_1',
      status: 'completed' as const,
      action: { type: 'search' as const, query: 'q', queries: ['q'] },
    };
    const message = await bothWays(eventsOf(response([search, said('Found.')])));
    expect(message.content).toMatchObject([
      { type: 'server_tool_use', id: 'srvtoolu_ws_1' },
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_ws_1' },
      { type: 'text' },
    ]);
  });

  test('what only the last event tells', async () => {
    const final = response([REASONING, said('Late.'), called('call_a', 'f', '{"a":1}')]);
    const events = eventsOf(final).filter(({ type }) => type === 'response.created' || type === 'response.completed');
    expect((await bothWays(events)).content).toMatchObject([
      { type: 'thinking' },
      { type: 'text', text: 'Late.' },
      { type: 'tool_use', input: { a: 1 } },
    ]);
  });

  test('items told interleaved come one after the other', async () => {
    const final = response([called('call_a', 'f', '{"a":1}'), called('call_b', 'g', '{"b":2}')]);
    const events = eventsOf(final);
    const of = (index: number): StreamEvent[] =>
      events.filter((event) => 'output_index' in event && event.output_index === index);
    const [a, b] = [of(0), of(1)];
    const mixed = [
      ...events.slice(0, 2),
      ...a.flatMap((event, at) => [event, b[at]].filter((one) => one !== undefined)),
      ...events.slice(-1),
    ];
    const message = await bothWays(mixed);
    expect(message.content).toMatchObject([
      { type: 'tool_use', id: 'call_a', input: { a: 1 } },
      { type: 'tool_use', id: 'call_b', input: { b: 2 } },
    ]);
  });

  test.each([
    ['priority', 'fast'],
    ['fast', 'fast'],
    ['default', 'standard'],
  ] as const)('the tier %s that was served is told as %s', (tier, speed) => {
    const bytes = sse(eventsOf(response([said('x')], { service_tier: tier })));
    expect((JSON.parse(translate(whole(), bytes)) as Anthropic.Message).usage).toMatchObject({ speed });
    expect(translate(streamed(), bytes)).toContain(`"speed":"${speed}"`);
  });

  test('a body from an upstream that does not stream', async () => {
    const bytes = Buffer.from(JSON.stringify(response([said('In one piece.')])));
    const message = await anthropic(translate(streamed(), bytes, 9))
      .messages.stream(PARAMS)
      .finalMessage();
    expect(message.content).toMatchObject([{ type: 'text', text: 'In one piece.' }]);
  });
});

describe('the stream itself', () => {
  test('begins with message_start and ping, and numbers its blocks', () => {
    const text = translate(streamed(), sse(eventsOf(response([said('Hi.'), called('c', 'f', '{}')]))));
    const names = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    expect(names.slice(0, 2)).toEqual(['message_start', 'ping']);
    expect(names.slice(-2)).toEqual(['message_delta', 'message_stop']);
    expect([...text.matchAll(/"type":"content_block_start","index":(\d)/g)].map(([, index]) => index)).toEqual([
      '0',
      '1',
    ]);
    expect(text.match(/content_block_stop"/g)).toHaveLength(2);
  });

  test('that lacks its end says so, and never ends well', () => {
    const events = eventsOf(response([said('Half')])).slice(0, -1);
    const text = translate(streamed(), sse(events));
    expect(text).toContain('event: error\n');
    expect(text).not.toContain('message_stop');
    const broken = streamed();
    const so = broken.push(sse(events.slice(0, 4))) + broken.cut(gatewayError('upstream_cut'));
    expect(so).toMatch(/event: error\ndata: .*"upstream_cut"/);
    expect(so).not.toContain('message_stop');
  });

  test('cut inside an event loses no whole event and adds none', () => {
    const bytes = sse(eventsOf(response([said('Whole')])));
    for (let at = 0; at < bytes.length; at += 13) {
      const translator = streamed();
      const text = translator.push(bytes.subarray(0, at)) + translator.cut(gatewayError('upstream_cut'));
      const ends = text.includes('message_stop');
      expect(text.includes('event: error')).toBe(!ends);
    }
  });

  test('of a failure is an error event with the upstream’s words, which the client throws', async () => {
    const failed = response([], { status: 'failed', error: { code: 'server_error', message: 'It broke.' } });
    const text = translate(streamed(), sse(eventsOf(failed)));
    expect(text).not.toContain('message_stop');
    await expect(anthropic(text).messages.stream(PARAMS).finalMessage()).rejects.toThrow('It broke.');
  });
});

describe('a failure before anything was told', () => {
  const failed = response([], { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Too much.' } });

  test('is the translator’s failure, with a status', () => {
    const translator = streamed();
    translator.push(sse([{ type: 'response.failed', response: failed }]));
    expect(translator.failure).toMatchObject({ status: 429, type: 'rate_limit_error', message: 'Too much.' });
    const one = whole();
    translate(one, sse(eventsOf(failed)));
    expect(one.failure).toMatchObject({ status: 429 });
  });

  test('of the upstream’s status is in Anthropic’s envelope', () => {
    const body = Buffer.from(
      JSON.stringify({ error: { message: 'No such model', type: 'x', param: null, code: null } }),
    );
    expect(messagesTranslation.error(404, body)).toEqual({
      status: 404,
      body: JSON.stringify({ type: 'error', error: { type: 'not_found_error', message: 'No such model' } }),
    });
    expect(JSON.parse(messagesTranslation.error(503, Buffer.from('<html>busy</html>')).body)).toMatchObject({
      error: { type: 'api_error', message: '<html>busy</html>' },
    });
  });
});
