import type { AnswerScript } from './provider-script.ts';

/** A call that a fake model asks for. */
interface Wish {
  readonly name: string;
  readonly arguments: string;
}

/** What a fake model says, in the words of a protocol, whole or streamed. */
export interface Speech {
  readonly path: string;
  /** A request with some functions of the tool's own. */
  request(stream: boolean, own?: readonly string[], more?: object): object;
  calls(stream: boolean, wishes: readonly Wish[], cut?: boolean): AnswerScript;
  /** The functions that a request offers. */
  offered(body: unknown): string[];
  /** What a request says has come of calls. */
  results(body: unknown): string[];
  /** The calls that an answer asks for. */
  asks(text: string, stream: boolean): string[];
}

type Body = Readonly<Record<string, unknown>>;
const list = (value: unknown): Body[] => (Array.isArray(value) ? (value as Body[]) : []);
const chunks = (text: string): Body[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Body);

const USAGE = { input_tokens: 120, output_tokens: 40, total_tokens: 160 };

export const RESPONSES: Speech = {
  path: '/v1/responses',
  request: (stream, own = [], more = {}) => ({
    model: 'gpt-5.5',
    input: 'what is 2 and 3?',
    service_tier: 'priority',
    ...(own.length === 0 ? {} : { tools: own.map((name) => ({ type: 'function', name, parameters: {} })) }),
    ...(stream ? { stream } : {}),
    ...more,
  }),
  calls: (stream, wishes, cut = false) => {
    const output = [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'abc' },
      ...wishes.map((wish, index) => ({ type: 'function_call', id: `fc_${index}`, call_id: `call_${index}`, ...wish })),
    ];
    const status = cut ? 'incomplete' : 'completed';
    const response = { id: 'resp_1', object: 'response', model: 'gpt-5.5', status, output, usage: USAGE };
    if (!stream) return { kind: 'answer', body: JSON.stringify(response) };
    const events = [
      { type: 'response.created', response: { ...response, output: [], usage: null } },
      ...output.flatMap((item, index) => [
        { type: 'response.output_item.added', output_index: index, item },
        { type: 'response.output_item.done', output_index: index, item },
      ]),
      { type: `response.${status}`, response },
    ];
    return { kind: 'answer', events: events.map((event) => ({ name: event.type, data: JSON.stringify(event) })) };
  },
  offered: (body) => list((body as Body)['tools']).map(({ name }) => String(name)),
  results: (body) =>
    list((body as Body)['input'])
      .filter(({ type }) => type === 'function_call_output')
      .map(({ output }) => String(output)),
  asks: (text, stream) => {
    const said = stream
      ? chunks(text).map(({ item }) => item as Body | undefined)
      : list((JSON.parse(text) as Body)['output']);
    return [...new Set(said.flatMap((item) => (item?.['type'] === 'function_call' ? [String(item['name'])] : [])))];
  },
};

const CHAT_USAGE = { prompt_tokens: 120, completion_tokens: 40, total_tokens: 160 };

export const CHAT: Speech = {
  path: '/v1/chat/completions',
  request: (stream, own = [], more = {}) => ({
    model: 'gpt-5.5',
    messages: [{ role: 'user', content: 'what is 2 and 3?' }],
    service_tier: 'priority',
    ...(own.length === 0 ? {} : { tools: own.map((name) => ({ type: 'function', function: { name } })) }),
    ...(stream ? { stream } : {}),
    ...more,
  }),
  calls: (stream, wishes, cut = false) => {
    const finish = cut ? 'length' : 'tool_calls';
    const calls = wishes.map((wish, index) => ({ id: `call_${index}`, type: 'function', function: wish }));
    const head = { id: 'chatcmpl-1', object: 'chat.completion', model: 'gpt-5.5' };
    if (!stream) {
      const message = { role: 'assistant', content: null, tool_calls: calls, annotations: [] };
      const choices = [{ index: 0, message, finish_reason: finish }];
      return { kind: 'answer', body: JSON.stringify({ ...head, choices, usage: CHAT_USAGE }) };
    }
    const chunk = (delta: object, finish_reason: string | null = null): string =>
      JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] });
    const data = [
      chunk({ role: 'assistant', content: '' }),
      ...calls.flatMap(({ function: { name, arguments: written }, ...call }, index) => [
        chunk({ tool_calls: [{ index, ...call, function: { name, arguments: '' } }] }),
        ...(written.match(/.{1,4}/g) ?? []).map((piece) =>
          chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
        ),
      ]),
      chunk({}, finish),
      JSON.stringify({ ...head, choices: [], usage: CHAT_USAGE }),
      '[DONE]',
    ];
    return { kind: 'answer', events: data.map((one) => ({ name: null, data: one })) };
  },
  offered: (body) => list((body as Body)['tools']).map(({ function: one }) => String((one as Body)['name'])),
  results: (body) =>
    list((body as Body)['messages'])
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => String(content)),
  asks: (text, stream) => {
    const said = (stream ? chunks(text) : [JSON.parse(text) as Body]).map(({ choices }) => list(choices)[0]);
    return said
      .flatMap((choice) => list(((choice?.['delta'] ?? choice?.['message']) as Body | undefined)?.['tool_calls']))
      .flatMap(({ function: one }) => {
        const { name } = one as Body;
        return typeof name === 'string' ? [name] : [];
      });
  },
};
