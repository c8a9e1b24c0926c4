import { describe, expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import type { AnswerReader, Dialect } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';

const RESPONSE = {
  id: 'resp_1',
  model: 'gpt-5.5 \u2603',
  service_tier: 'default',
  usage: { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 3 },
};

const RESPONSES_STREAM = [
  { type: 'response.created', response: { ...RESPONSE, service_tier: 'priority', usage: null } },
  { type: 'response.output_text.delta', delta: 'data: {"type":"response.completed"}\n\n \u2603' },
  { type: 'response.output_text.done', text: 'x' },
  { type: 'response.completed', response: RESPONSE },
]
  .map((event) => `: comment\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');

const CHAT_STREAM = [
  { id: 'chatcmpl-1', model: 'gpt-5.5 \u2603', choices: [{ delta: { role: 'assistant', content: '' } }] },
  { id: 'chatcmpl-1', choices: [{ delta: { content: '\n\ndata: [DONE]\n\n' } }] },
  { id: 'chatcmpl-1', choices: [], service_tier: 'flex', usage: { prompt_tokens: 10, completion_tokens: 3 } },
]
  .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  .concat('data: [DONE]\n\n')
  .join('');

/** Everything a reader came to know. */
function knowledgeOf({ started, complete, mayEnd, facts }: AnswerReader): object {
  return { started, complete, mayEnd, facts };
}

function knowledge(dialect: Dialect, chunks: readonly Buffer[]): object {
  const reader = dialect.answerReader(true);
  for (const chunk of chunks) reader.push(chunk);
  return knowledgeOf(reader);
}

describe.each<[name: string, dialect: Dialect, text: string, tier: string]>([
  ['Responses', responses, RESPONSES_STREAM, 'default'],
  ['Responses with CRLF', responses, RESPONSES_STREAM.replaceAll('\n', '\r\n'), 'default'],
  ['Responses without event names', responses, RESPONSES_STREAM.replaceAll(/^event: .*\n/gm, ''), 'default'],
  ['Chat', chat, CHAT_STREAM, 'flex'],
  ['Chat with CRLF', chat, CHAT_STREAM.replaceAll('\n', '\r\n'), 'flex'],
])('a stream of %s', (_name, dialect, text, tier) => {
  const bytes = Buffer.from(text);
  const whole = knowledge(dialect, [bytes]);

  test('is read', () => {
    expect(whole).toMatchObject({ started: true, complete: true, mayEnd: true, facts: { tier, usage: { input: 10 } } });
  });

  test('tells the same when it is cut in two, anywhere', () => {
    for (let cut = 1; cut < bytes.length; cut += 1)
      expect(knowledge(dialect, [bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
  });

  test('tells the same byte by byte', () => {
    expect(
      knowledge(
        dialect,
        Array.from(bytes, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(whole);
  });

  test('is not complete until its terminal event is there', () => {
    const reader = dialect.answerReader(true);
    const firstComplete = Array.from(bytes).findIndex((byte) => {
      reader.push(Buffer.of(byte));
      return reader.complete;
    });
    // The line feed of the last data line: nobody has seen the event whole before that.
    expect(
      bytes
        .subarray(firstComplete + 1)
        .toString()
        .trim(),
    ).toBe('');
  });
});
