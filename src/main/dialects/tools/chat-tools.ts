import { watch } from '../../envelope/watch.ts';
import { type Json, isJson, presentMembers, stringOf } from '../translate/exact-json.ts';
import { type EventBlock, eventBlocks, jsonOf, withData } from './event-blocks.ts';
import type { AskedCalls, FunctionCall, ToolDialect } from './tool-dialect.ts';
import { ToolRequest } from './tool-request.ts';

const MEMBERS = ['tools', 'parallel_tool_calls', 'tool_choice', 'functions', 'messages', 'n', 'stream'] as const;
const REQUEST = watch({
  ...Object.fromEntries(MEMBERS.map((name) => [name, true as const])),
  tools: { '[]': { function: { name: true } } },
});

/** Functions in OpenAI's Chat protocol. */
export const chatTools: ToolDialect = {
  open: (bytes) => {
    const request = ToolRequest.of(bytes, REQUEST, MEMBERS);
    if (request === null) return null;
    const tools = request.member('tools');
    if (request.member('messages')?.kind !== 'array' || (tools !== null && tools.kind !== 'array')) return null;
    // Several answers would ask for several things, and the older way of calling knows one function at a time.
    if (![null, '1'].includes(request.text('n')) || request.member('functions') !== null) return null;
    if (![null, '"auto"'].includes(request.text('tool_choice'))) return null;
    return {
      names: new Set(request.strings('tools.[].function.name')),
      with: (functions, since) => {
        const offered = functions.map((one) => ({ type: 'function', function: { ...one, strict: false } }));
        return request.edited([
          ...(offered.length === 0
            ? []
            : [request.append('tools', offered), request.put('parallel_tool_calls', 'false')]),
          ...(since.length === 0 ? [] : [request.append('messages', since)]),
        ]);
      },
    };
  },
  asked: (answer, streamed) => (streamed ? askedInChunks(eventBlocks(answer)) : askedInBody(jsonOf(answer.toString()))),
  result: ({ id }, text) => ({ role: 'tool', tool_call_id: id, content: text }),
  without: (answer, streamed, isGone) =>
    Buffer.from(streamed ? chunksWithout(eventBlocks(answer), isGone) : bodyWithout(answer, isGone)),
};

function choiceOf(json: Json | null): Json | null {
  const choices = json?.['choices'];
  const first: unknown = Array.isArray(choices) ? choices[0] : null;
  return isJson(first) ? first : null;
}

function callsOf(message: unknown): Json[] {
  const calls = isJson(message) ? message['tool_calls'] : null;
  return Array.isArray(calls) ? calls.filter(isJson) : [];
}

function nameOf({ function: called }: Json): string {
  return (isJson(called) ? stringOf(called['name']) : null) ?? '';
}

function callOf(call: Json): FunctionCall {
  const called = call['function'];
  return {
    id: stringOf(call['id']) ?? '',
    name: nameOf(call),
    arguments: (isJson(called) ? stringOf(called['arguments']) : null) ?? '',
  };
}

function asked(finish: unknown, message: Json): AskedCalls {
  const calls = callsOf(message);
  return { whole: finish === 'tool_calls' || finish === 'stop', calls: calls.map(callOf), said: [message] };
}

function askedInBody(body: Json | null): AskedCalls {
  const choice = choiceOf(body);
  const message = choice?.['message'];
  // Of what a provider says some is not what it takes.
  const known = isJson(message) ? presentMembers(message).filter(([name]) => name !== 'annotations') : [];
  return asked(choice?.['finish_reason'], { content: null, ...Object.fromEntries(known), role: 'assistant' });
}

function askedInChunks(blocks: readonly EventBlock[]): AskedCalls {
  const calls = new Map<unknown, Json>();
  let content = '';
  let finish: unknown = null;
  for (const { json } of blocks) {
    const choice = choiceOf(json);
    const delta = choice?.['delta'];
    finish = choice?.['finish_reason'] ?? finish;
    content += (isJson(delta) ? stringOf(delta['content']) : null) ?? '';
    for (const { index, ...part } of callsOf(delta)) calls.set(index, joined(calls.get(index), part));
  }
  const list = [...calls.values()];
  return asked(finish, {
    role: 'assistant',
    content: content === '' ? null : content,
    ...(list.length === 0 ? {} : { tool_calls: list }),
  });
}

/** A call as far as it has come: its arguments are told in pieces, everything else once. */
function joined(before: Json | undefined, part: Json): Json {
  if (before === undefined) return { type: 'function', ...part };
  const [one, other] = [before['function'], part['function']];
  const written = (called: unknown): string => (isJson(called) ? (stringOf(called['arguments']) ?? '') : '');
  return {
    ...before,
    function: {
      ...(isJson(other) ? other : {}),
      ...(isJson(one) ? one : {}),
      arguments: written(one) + written(other),
    },
  };
}

function bodyWithout(answer: Buffer, isGone: (name: string) => boolean): Buffer | string {
  const body = jsonOf(answer.toString());
  const choice = choiceOf(body);
  if (body === null || choice === null) return answer;
  const said = isJson(choice['message']) ? Object.entries(choice['message']) : [];
  const message = Object.fromEntries(said.filter(([name]) => name !== 'tool_calls'));
  const kept = callsOf(choice['message']).filter((call) => !isGone(nameOf(call)));
  const left = kept.length === 0 ? message : { ...message, tool_calls: kept };
  return JSON.stringify({
    ...body,
    choices: [{ ...choice, message: left, finish_reason: ending(choice, kept.length) }],
  });
}

function ending({ finish_reason: finish }: Json, left: number): unknown {
  return finish === 'tool_calls' && left === 0 ? 'stop' : finish;
}

function chunksWithout(blocks: readonly EventBlock[], isGone: (name: string) => boolean): string {
  /** By the index upstream: the index for the tool, or null for a call that it does not see. */
  const places = new Map<unknown, number | null>();
  let left = 0;
  return blocks
    .map((block) => {
      const choice = choiceOf(block.json);
      const delta = choice?.['delta'];
      if (block.json === null || choice === null || !isJson(delta)) return block.text;
      const calls = callsOf(delta).flatMap((call) => {
        if (!places.has(call['index'])) places.set(call['index'], isGone(nameOf(call)) ? null : left++);
        const index = places.get(call['index']);
        return index === null || index === undefined ? [] : [{ ...call, index }];
      });
      const { tool_calls: before, ...rest } = delta;
      const finish = ending(choice, left);
      if (before === undefined && finish === choice['finish_reason']) return block.text;
      const seen = calls.length === 0 ? rest : { ...rest, tool_calls: calls };
      if (Object.keys(seen).length === 0 && (finish ?? null) === null) return '';
      return withData(block, { ...block.json, choices: [{ ...choice, delta: seen, finish_reason: finish }] });
    })
    .join('');
}
