import { watch } from '../../envelope/watch.ts';
import { type Json, isJson, stringOf } from '../translate/exact-json.ts';
import { eventBlocks, jsonOf, withData } from './event-blocks.ts';
import type { AskedCalls, ToolDialect } from './tool-dialect.ts';
import { ToolRequest } from './tool-request.ts';

const MEMBERS = [
  ...['tools', 'parallel_tool_calls', 'tool_choice', 'background', 'conversation', 'input', 'store', 'stream'],
] as const;
const REQUEST = watch({
  ...Object.fromEntries(MEMBERS.map((name) => [name, true as const])),
  tools: { '[]': { name: true } },
  // Codex's newer models have their tools in the input.
  input: { '[]': { tools: { '[]': { name: true } } } },
});

/** Functions in OpenAI's Responses protocol. */
export const responsesTools: ToolDialect = {
  open: (bytes) => {
    const request = ToolRequest.of(bytes, REQUEST, MEMBERS);
    if (request === null) return null;
    const input = request.member('input');
    const tools = request.member('tools');
    // A conversation that the provider keeps would be told the same words again with every round.
    if (request.member('conversation') !== null || request.text('background') === 'true') return null;
    if (input === null || (input.kind !== 'string' && input.kind !== 'array')) return null;
    if (tools !== null && tools.kind !== 'array') return null;
    if (![null, '"auto"'].includes(request.text('tool_choice'))) return null;
    return {
      names: new Set(request.strings('tools.[].name', 'input.[].tools.[].name')),
      with: (functions, since) => {
        const offered = functions.map((one) => ({ type: 'function', ...one, strict: false }));
        const kept = request.text('store') === 'false' ? since.filter(isReadable) : since;
        const first = `[{"role":"user","content":${request.text('input') ?? '""'}}${kept.map((item) => `,${JSON.stringify(item)}`).join('')}]`;
        return request.edited([
          ...(offered.length === 0
            ? []
            : [request.append('tools', offered), request.put('parallel_tool_calls', 'false')]),
          ...(kept.length === 0
            ? []
            : [input.kind === 'string' ? request.put('input', first) : request.append('input', kept)]),
        ]);
      },
    };
  },
  asked: (answer, streamed) => (streamed ? askedInEvents(answer) : askedIn(jsonOf(answer.toString()), [])),
  result: ({ id }, text) => ({ type: 'function_call_output', call_id: id, output: text }),
  without: (answer, streamed, isGone) => {
    const gone = (item: unknown): boolean => isCall(item) && isGone(stringOf(item['name']) ?? '');
    if (!streamed) {
      const body = jsonOf(answer.toString());
      return body === null ? answer : Buffer.from(JSON.stringify(withoutItems(body, gone)));
    }
    const blocks = eventBlocks(answer);
    const places = new Set(
      blocks.flatMap(({ json }) => (json !== null && gone(json['item']) ? [json['output_index']] : [])),
    );
    const kept = blocks.map((block) => {
      const { json, text } = block;
      if (json === null) return text;
      if (json['output_index'] !== undefined && places.has(json['output_index'])) return '';
      const response = json['response'];
      if (!isJson(response) || !itemsOf(response).some(gone)) return text;
      return withData(block, { ...json, response: withoutItems(response, gone) });
    });
    return Buffer.from(kept.join(''));
  },
};

/** What was never kept upstream can only be said again where it carries its own words. */
function isReadable(item: Json): boolean {
  return item['type'] !== 'reasoning' || stringOf(item['encrypted_content']) !== null;
}

function isCall(item: unknown): item is Json {
  return isJson(item) && item['type'] === 'function_call';
}

function itemsOf({ output }: Json): readonly unknown[] {
  return Array.isArray(output) ? (output as readonly unknown[]) : [];
}

function withoutItems(response: Json, gone: (item: unknown) => boolean): Json {
  return { ...response, output: itemsOf(response).filter((item) => !gone(item)) };
}

function askedInEvents(answer: Buffer): AskedCalls {
  const items: unknown[] = [];
  let last: Json | null = null;
  for (const { json } of eventBlocks(answer)) {
    if (json === null) continue;
    if (json['type'] === 'response.output_item.done') items.push(json['item']);
    else if (json['type'] === 'response.completed' || json['type'] === 'response.done')
      last = isJson(json['response']) ? json['response'] : {};
  }
  return askedIn(last, items);
}

/** The items of a response; some upstreams name them in their events only. */
function askedIn(response: Json | null, told: readonly unknown[]): AskedCalls {
  const listed = response === null ? [] : itemsOf(response);
  const items = (told.length > 0 ? told : listed).filter(isJson);
  const status = response === null ? null : stringOf(response['status']);
  return {
    whole: response !== null && (status === null || status === 'completed'),
    calls: items.filter(isCall).map((call) => ({
      id: stringOf(call['call_id']) ?? '',
      name: stringOf(call['name']) ?? '',
      arguments: stringOf(call['arguments']) ?? '',
    })),
    said: items,
  };
}
