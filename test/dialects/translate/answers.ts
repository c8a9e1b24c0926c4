import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type {
  Response as OpenAIResponse,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import type { AnswerTranslator, AnswerWish } from '../../../src/main/dialects/translate/translation.ts';

/** How the tests' tool wants its answers. */
export const WISH: AnswerWish = { model: 'asked-model', streams: true, includeUsage: true, account: 'lab' };

/** A Responses object as a provider ends a turn with, of the SDK's own type. */
export function response(output: ResponseOutputItem[], more: Partial<OpenAIResponse> = {}): OpenAIResponse {
  return {
    access_programs: null,
    id: 'resp_0123',
    object: 'response',
    created_at: 1_790_000_000,
    status: 'completed',
    model: 'gpt-5.5-2026-04-01',
    output,
    output_text: '',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    service_tier: 'default',
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 120,
    },
    ...more,
  };
}

/** An event without the number that {@link sse} gives it. */
type Unnumbered<Event> = Event extends ResponseStreamEvent ? Omit<Event, 'sequence_number'> : never;

/** One event of a Responses stream, of the SDK's own type. */
export type StreamEvent = Unnumbered<ResponseStreamEvent>;

/** Events as a provider streams them. */
export function sse(events: readonly StreamEvent[]): Buffer {
  const lines = events.map(
    (event, number) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: number })}\n\n`,
  );
  return Buffer.from(lines.join(''));
}

/** All of an answer, translated in pieces of so many bytes. */
export function translate(translator: AnswerTranslator, bytes: Buffer, size = bytes.length): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += translator.push(bytes.subarray(at, at + size));
  return text + translator.end();
}

function answering(text: string, contentType: string): typeof fetch {
  return () => Promise.resolve(new Response(text, { headers: { 'content-type': contentType } }));
}

/** Anthropic's own client, to which this text is the answer. */
export function anthropic(text: string, contentType = 'text/event-stream'): Anthropic {
  return new Anthropic({ apiKey: 'sk-test', maxRetries: 0, fetch: answering(text, contentType) });
}

/** OpenAI's own client, to which this text is the answer. */
export function openai(text: string, contentType = 'text/event-stream'): OpenAI {
  return new OpenAI({ apiKey: 'sk-test', maxRetries: 0, fetch: answering(text, contentType) });
}

/** What a message item holds. */
export function said(text: string, id = 'msg_1'): ResponseOutputItem {
  return {
    type: 'message',
    id,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  };
}

/** A call of a function. */
export function called(callId: string, name: string, args: string): ResponseOutputItem {
  return { type: 'function_call', id: `fc_${callId}`, call_id: callId, name, arguments: args, status: 'completed' };
}

/** A provider's events for output items, item by item, each text in two deltas. */
export function eventsOf(final: OpenAIResponse): StreamEvent[] {
  const begun = { ...final, status: 'in_progress' as const, output: [] };
  const events: StreamEvent[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
  ];
  final.output.forEach((item, index) => {
    events.push(...itemEvents(item, index));
  });
  const status = final.status === 'incomplete' || final.status === 'failed' ? final.status : 'completed';
  events.push({ type: `response.${status}`, response: final });
  return events;
}

function itemEvents(item: ResponseOutputItem, index: number): StreamEvent[] {
  const at = { item_id: 'id' in item ? (item.id ?? '') : '', output_index: index };
  const events: StreamEvent[] = [];
  if (item.type === 'message') {
    events.push({ type: 'response.output_item.added', output_index: index, item: { ...item, content: [] } });
    item.content.forEach((part, content) => {
      for (const delta of halves(part.type === 'output_text' ? part.text : part.refusal)) {
        const where = { ...at, content_index: content, delta };
        events.push(
          part.type === 'output_text'
            ? { type: 'response.output_text.delta', ...where, logprobs: [] }
            : { type: 'response.refusal.delta', ...where },
        );
      }
    });
  } else if (item.type === 'function_call') {
    events.push({ type: 'response.output_item.added', output_index: index, item: { ...item, arguments: '' } });
    for (const delta of halves(item.arguments))
      events.push({ type: 'response.function_call_arguments.delta', ...at, delta });
  } else if (item.type === 'reasoning') {
    events.push({ type: 'response.output_item.added', output_index: index, item: { ...item, summary: [] } });
    item.summary.forEach((part, summary) => {
      const where = { ...at, summary_index: summary };
      events.push({
        type: 'response.reasoning_summary_part.added',
        ...where,
        part: { type: 'summary_text', text: '' },
      });
      for (const delta of halves(part.text))
        events.push({ type: 'response.reasoning_summary_text.delta', ...where, delta });
    });
  }
  events.push({ type: 'response.output_item.done', output_index: index, item });
  return events;
}

function halves(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}
