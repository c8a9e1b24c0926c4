import type {
  BetaMessageParam,
  BetaTool,
  MessageCreateParams,
} from '@anthropic-ai/sdk/resources/beta/messages/messages';
import { describe, expect, test } from 'vitest';
import { messagesToResponses } from '../../../src/main/dialects/translate/messages-to-responses.ts';

/** What messages change in their middle: the tools on offer, how long a text is shown, the effort of a turn. */
const tool = (name: string, more: Partial<BetaTool> = {}): BetaTool => ({
  name,
  input_schema: { type: 'object' },
  ...more,
});

const HELLO: BetaMessageParam = { role: 'user', content: 'hi' };

interface Asked {
  readonly input: readonly unknown[];
  readonly tools?: readonly { readonly name: string }[];
  readonly reasoning?: { readonly effort: string };
}

function result(
  messages: BetaMessageParam[],
  more: Partial<MessageCreateParams> = {},
): ReturnType<typeof messagesToResponses> {
  const params = { model: 'm', max_tokens: 100, messages, ...more } satisfies MessageCreateParams;
  return messagesToResponses(Buffer.from(JSON.stringify(params)), {
    account: 'lab',
    upstreamModel: 'gpt-5.5',
    isLogin: false,
    standardTier: 'omit',
    beta: null,
  });
}

function asked(messages: BetaMessageParam[], more: Partial<MessageCreateParams> = {}): Asked {
  const translated = result(messages, more);
  if ('code' in translated) throw new Error(translated.message);
  return JSON.parse(translated.body.toString()) as Asked;
}

const offered = (messages: BetaMessageParam[], tools: BetaTool[]): string[] | undefined =>
  asked(messages, { tools }).tools?.map(({ name }) => name);

describe('a tool whose loading is deferred', () => {
  const tools = [tool('search'), tool('late', { defer_loading: true }), tool('later', { defer_loading: true })];

  test('is not offered before it is brought in', () => {
    expect(offered([HELLO], tools)).toEqual(['search']);
  });

  test('is offered once a message adds it', () => {
    const adds: BetaMessageParam = {
      role: 'system',
      content: [{ type: 'tool_addition', tool: { type: 'tool_reference', name: 'late' } }],
    };
    expect(offered([HELLO, adds], tools)).toEqual(['search', 'late']);
  });

  test('is offered once a tool’s result refers to it, and the model reads that', () => {
    const messages: BetaMessageParam[] = [
      HELLO,
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'search', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_reference', tool_name: 'later' }] }],
      },
    ];
    expect(offered(messages, tools)).toEqual(['search', 'later']);
    expect(asked(messages, { tools }).input.at(-1)).toEqual({
      type: 'function_call_output',
      call_id: 't',
      output: 'The tool later can be called now.',
    });
  });

  test('leaves no list where it is the only one', () => {
    expect(offered([HELLO], [tool('late', { defer_loading: true })])).toBeUndefined();
  });
});

describe('the list of tools', () => {
  const removes = (name: string): BetaMessageParam => ({
    role: 'system',
    content: [{ type: 'tool_removal', tool: { type: 'tool_reference', name } }],
  });

  test('loses what a message withdraws, and has it again when a later one adds it', () => {
    const adds: BetaMessageParam = {
      role: 'system',
      content: [
        { type: 'text', text: 'It is back.' },
        { type: 'tool_addition', tool: { type: 'tool_reference', name: 'a' } },
      ],
    };
    expect(offered([HELLO, removes('a')], [tool('a'), tool('b')])).toEqual(['b']);
    expect(offered([HELLO, removes('a'), adds], [tool('a'), tool('b')])).toEqual(['a', 'b']);
    expect(asked([HELLO, removes('a'), adds], { tools: [tool('a')] }).input).toEqual([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'It is back.' }] },
    ]);
  });

  test('gains a tool that a message defines', () => {
    const defines: BetaMessageParam = {
      role: 'system',
      content: [
        { type: 'tool_addition', tool: { type: 'tool_definition', definition: tool('new', { strict: true }) } },
      ],
    };
    expect(asked([HELLO, defines], { tools: [tool('a')] }).tools).toMatchObject([
      { name: 'a', strict: false },
      { name: 'new', strict: true },
    ]);
  });

  test.each<[string, BetaMessageParam, string]>([
    ['a tool that is nowhere', removes('ghost'), 'a tool that is not in the list: "ghost"'],
    [
      'a tool of a server',
      {
        role: 'system',
        content: [{ type: 'tool_addition', tool: { type: 'mcp_toolset_reference', server_name: 's' } }],
      },
      'messages[1].content[0].tool of type "mcp_toolset_reference"',
    ],
  ])('cannot be changed by %s', (_, message, named) => {
    expect(result([HELLO, message], { tools: [tool('a')] })).toMatchObject({
      code: 'untranslatable',
      status: 400,
      message: expect.stringContaining(named) as string,
    });
  });
});

describe('the effort of a turn', () => {
  const wish: BetaMessageParam = { role: 'system', output_config: { effort: 'max' } };
  const answer: BetaMessageParam = {
    role: 'assistant',
    content: [{ type: 'tool_use', id: 't', name: 'a', input: {} }],
  };
  const outcome: BetaMessageParam = {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }],
  };

  test.each<[string, BetaMessageParam[], string]>([
    ['is the message’s', [HELLO, wish], 'xhigh'],
    ['lasts while tools answer', [HELLO, wish, answer, outcome], 'xhigh'],
    ['ends with the turn', [HELLO, wish, { role: 'assistant', content: 'ok' }, HELLO], 'low'],
  ])('%s', (_, messages, effort) => {
    expect(asked(messages, { output_config: { effort: 'low' } }).reasoning).toMatchObject({ effort });
  });
});

describe('a text of the system in the middle', () => {
  const note = (clear: 'next_user_message' | 'never'): BetaMessageParam => ({
    role: 'system',
    content: 'Mind the gap.',
    clear_at: clear,
  });

  test.each<[string, BetaMessageParam[], boolean]>([
    ['for one turn is shown in it', [HELLO, note('next_user_message')], true],
    ['for one turn is not shown after it', [HELLO, note('next_user_message'), HELLO], false],
    ['for good stays', [HELLO, note('never'), HELLO], true],
  ])('%s', (_, messages, shown) => {
    expect(JSON.stringify(asked(messages)).includes('Mind the gap.')).toBe(shown);
  });

  test('for a time that nobody knows is refused', () => {
    const odd = { ...note('never'), clear_at: 'dawn' } as unknown as BetaMessageParam;
    expect(result([HELLO, odd])).toMatchObject({ message: expect.stringContaining('clear_at "dawn"') as string });
  });
});
