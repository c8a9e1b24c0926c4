import type { BetaMessageParam, MessageCreateParams } from '@anthropic-ai/sdk/resources/beta/messages/messages';
import type OpenAI from 'openai';
import type { ChatCompletionCreateParams, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type {
  ResponseCustomToolCall,
  ResponseFunctionWebSearch,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import { describe, expect, test } from 'vitest';
import { chatTranslation } from '../../../src/main/dialects/translate/chat-translation.ts';
import { messagesTranslation } from '../../../src/main/dialects/translate/messages-translation.ts';
import type { Translation, TranslationTarget } from '../../../src/main/dialects/translate/translation.ts';
import { WISH, anthropic, called, eventsOf, openai, response, said, sse, translate } from './answers.ts';

/**
 * There and back again: what a provider answers is translated for the tool's own client, which sends it back as history,
 * and that is to be what the provider said.
 */
const TARGET: TranslationTarget = {
  account: 'lab',
  upstreamModel: 'gpt-5.5',
  isLogin: false,
  standardTier: 'omit',
  beta: null,
};

const REASONING: ResponseReasoningItem = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 'First I look.' }],
  encrypted_content: 'opaque==',
};

const SEARCH: ResponseFunctionWebSearch = {
  type: 'web_search_call',
  id: 'ws_1',
  status: 'completed',
  action: { type: 'search', query: 'q', queries: ['q'] },
};

const PATCH: ResponseCustomToolCall = {
  type: 'custom_tool_call',
  id: 'ctc_1',
  call_id: 'c3',
  name: 'patch',
  input: '@@',
};

const REFUSED: ResponseOutputItem = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'refusal', refusal: 'I will not.' }],
};

const LONG_ID = called('c4', 'find', '{"id":12345678901234567890,"share":0.1}');

/** What an item looks like when it comes back. */
const spoken = (text: string): ResponseInputItem => ({ type: 'message', role: 'assistant', content: text });
const recalled = (callId: string, name: string, args: string): ResponseInputItem => ({
  type: 'function_call',
  call_id: callId,
  name,
  arguments: args,
});

interface Trip {
  readonly output: ResponseOutputItem[];
  /** The items of the next request, and what of the history was left out of it. */
  readonly messages?: { readonly back: ResponseInputItem[]; readonly leftOut?: readonly string[] };
  readonly chat?: { readonly back: ResponseInputItem[]; readonly leftOut?: readonly string[] };
}

const TRIPS: Readonly<Record<string, Trip>> = {
  'a text': {
    output: [said('Hello — ☃ there.')],
    messages: { back: [spoken('Hello — ☃ there.')] },
    chat: { back: [spoken('Hello — ☃ there.')] },
  },
  'parallel calls after a text': {
    output: [said('Both.'), called('c1', 'read', '{"path":"a"}'), called('c2', 'now', '{}')],
    messages: { back: [spoken('Both.'), recalled('c1', 'read', '{"path":"a"}'), recalled('c2', 'now', '{}')] },
    chat: { back: [spoken('Both.'), recalled('c1', 'read', '{"path":"a"}'), recalled('c2', 'now', '{}')] },
  },
  'reasoning before a call': {
    output: [REASONING, called('c1', 'read', '{"path":"a"}')],
    messages: {
      back: [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'First I look.' }],
          encrypted_content: 'opaque==',
        },
        recalled('c1', 'read', '{"path":"a"}'),
      ],
    },
    // Chat has no place for what only its maker can read.
    chat: { back: [recalled('c1', 'read', '{"path":"a"}')], leftOut: ['messages[].reasoning_content'] },
  },
  'reasoning without a summary': {
    output: [{ ...REASONING, summary: [] }, said('So.')],
    messages: {
      back: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'opaque==' }, spoken('So.')],
    },
    chat: { back: [spoken('So.')] },
  },
  'a refusal': {
    output: [REFUSED],
    // Messages has no refusal but as the reason for a stop.
    messages: { back: [spoken('I will not.')] },
    chat: {
      back: [{ type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'I will not.' }] } as never],
    },
  },
  'a search that the provider ran': {
    output: [SEARCH, said('Found.')],
    messages: { back: [spoken('Found.')], leftOut: ['messages[].content[] (a search of the provider’s)'] },
    chat: { back: [spoken('Found.')] },
  },
  'a call of a tool that takes text': {
    output: [PATCH],
    chat: { back: [{ type: 'custom_tool_call', call_id: 'c3', name: 'patch', input: '@@' }] },
  },
  'numbers that a double cannot hold, in a whole answer': {
    output: [LONG_ID],
    chat: { back: [recalled('c4', 'find', '{"id":12345678901234567890,"share":0.1}')] },
  },
};

function sentBack(
  translation: Translation,
  params: object,
): { readonly input: unknown[]; readonly leftOut: readonly string[] } {
  const request = translation.request(Buffer.from(JSON.stringify(params)), TARGET);
  if ('code' in request) throw new Error(request.message);
  const { input } = JSON.parse(request.body.toString()) as { input: unknown[] };
  return { input: input.slice(1), leftOut: request.leftOut };
}

function tripsOf(protocol: 'messages' | 'chat'): [string, ResponseOutputItem[], NonNullable<Trip['chat']>][] {
  return Object.entries(TRIPS).flatMap(([name, { output, [protocol]: back }]) =>
    back === undefined ? [] : [[name, output, back]],
  );
}

describe('through Anthropic’s own client', () => {
  const HI = { role: 'user', content: 'hi' } satisfies BetaMessageParam;
  const PARAMS = { model: 'm', max_tokens: 10, messages: [HI] } satisfies MessageCreateParams;

  test.each(tripsOf('messages'))('%s', async (_, output, { back, leftOut = [] }) => {
    const bytes = sse(eventsOf(response(output)));
    const streamed = await anthropic(translate(messagesTranslation.answer(WISH, 0), bytes))
      .beta.messages.stream(PARAMS)
      .finalMessage();
    const text = translate(messagesTranslation.answer({ ...WISH, streams: false }, 0), bytes);
    const whole = await anthropic(text, 'application/json').beta.messages.create(PARAMS);
    for (const { content } of [streamed, whole]) {
      const next = { ...PARAMS, messages: [HI, { role: 'assistant', content }] } satisfies MessageCreateParams;
      expect(sentBack(messagesTranslation, next)).toEqual({ input: back, leftOut });
    }
  });
});

describe('through OpenAI’s own Chat client', () => {
  const HI = { role: 'user', content: 'hi' } satisfies ChatCompletionMessageParam;
  const PARAMS = { model: 'm', messages: [HI] } satisfies ChatCompletionCreateParams;
  const next = (message: OpenAI.ChatCompletionMessage | undefined): object => {
    if (message === undefined) throw new Error('no answer');
    return { ...PARAMS, messages: [HI, message] } satisfies ChatCompletionCreateParams;
  };

  test.each(tripsOf('chat'))('%s', async (name, output, { back, leftOut = [] }) => {
    const bytes = sse(eventsOf(response(output)));
    const text = translate(chatTranslation.answer({ ...WISH, streams: false }, 0), bytes);
    const whole = await openai(text, 'application/json').chat.completions.create(PARAMS);
    expect(sentBack(chatTranslation, next(whole.choices[0]?.message))).toEqual({ input: back, leftOut });
    // The client’s stream puts no custom calls together.
    if (name.includes('takes text')) return;
    const streamed = await openai(translate(chatTranslation.answer(WISH, 0), bytes))
      .chat.completions.stream({ ...PARAMS, stream: true })
      .finalChatCompletion();
    expect(sentBack(chatTranslation, next(streamed.choices[0]?.message)).input).toEqual(back);
  });
});
