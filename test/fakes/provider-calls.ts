import type { AnswerScript, FakeCall } from './provider-script.ts';

type Json = Record<string, unknown>;

/** True where an answer has a text beside (or instead of) its calls. */
export function hasText({ calls, text, textLength }: AnswerScript): boolean {
  return calls === undefined || text !== undefined || textLength !== undefined;
}

/** The calls of a Responses answer as its output items, in the state that they have then. */
export function callItems({ calls = [] }: AnswerScript, serial: number, status = 'completed'): Json[] {
  return calls.map((call, at) => ({
    id: `fc_${serial}_${at}`,
    type: 'function_call',
    status,
    call_id: callId(serial, at),
    name: call.name,
    arguments: status === 'completed' ? JSON.stringify(call.input) : '',
  }));
}

/** The events in which a Responses answer tells its calls, from this output index on. */
export function callEvents(script: AnswerScript, serial: number, from: number): Json[] {
  const begun = callItems(script, serial, 'in_progress');
  return callItems(script, serial).flatMap((item, at) => {
    const place = { item_id: item['id'], output_index: from + at };
    return [
      { type: 'response.output_item.added', output_index: from + at, item: begun[at] },
      ...halves(String(item['arguments'])).map((delta) => ({
        type: 'response.function_call_arguments.delta',
        ...place,
        delta,
      })),
      { type: 'response.function_call_arguments.done', ...place, name: item['name'], arguments: item['arguments'] },
      { type: 'response.output_item.done', output_index: from + at, item },
    ];
  });
}

/** The calls of a Chat answer. */
export function chatCalls({ calls = [] }: AnswerScript, serial: number): Json[] {
  return calls.map((call, at) => chatCall(call, serial, at, JSON.stringify(call.input)));
}

/** The deltas in which a Chat stream tells its calls. */
export function chatCallDeltas({ calls = [] }: AnswerScript, serial: number): Json[] {
  return calls.flatMap((call, at) => [
    { tool_calls: [{ index: at, ...chatCall(call, serial, at, '') }] },
    ...halves(JSON.stringify(call.input)).map((text) => ({
      tool_calls: [{ index: at, function: { arguments: text } }],
    })),
  ]);
}

function chatCall({ name }: FakeCall, serial: number, at: number, text: string): Json {
  return { id: callId(serial, at), type: 'function', function: { name, arguments: text } };
}

/** The calls of a Messages answer as its blocks. */
export function toolBlocks({ calls = [] }: AnswerScript, serial: number): Json[] {
  return calls.map(({ name, input }, at) => ({ type: 'tool_use', id: `toolu_${serial}_${at}`, name, input }));
}

/** The events of one block of a Messages stream that calls a tool. */
export function toolBlockEvents(block: Json, index: number): Json[] {
  return [
    { type: 'content_block_start', index, content_block: { ...block, input: {} } },
    ...halves(JSON.stringify(block['input'])).map((partial_json) => ({
      type: 'content_block_delta',
      index,
      delta: { type: 'input_json_delta', partial_json },
    })),
    { type: 'content_block_stop', index },
  ];
}

function callId(serial: number, at: number): string {
  return `call_${serial}_${at}`;
}

/** A text in two pieces, as arguments come. */
function halves(text: string): [string, string] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
