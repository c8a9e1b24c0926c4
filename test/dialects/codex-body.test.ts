import { describe, expect, test } from 'vitest';
import { type CodexBodyOptions, codexBody } from '../../src/main/dialects/codex-body.ts';
import { refusalOf } from '../fakes/codex-backend.ts';

function fit(body: string, options: Partial<CodexBodyOptions> = {}): { text: string; leftOut: readonly string[] } {
  const { bytes, leftOut } = codexBody(Buffer.from(body), { kind: 'turn', isCodex: false, ...options });
  return { text: bytes.toString(), leftOut };
}

const SAID = '"You are a helpful coding assistant."';

test.each<[what: string, body: string, fit: string]>([
  [
    'what is missing is added at the end',
    '{"model":"gpt-5.5","input":[]}',
    `{"model":"gpt-5.5","input":[],"store":false,"stream":true,"instructions":${SAID}}`,
  ],
  [
    'what says something else is changed where it stands',
    '{ "store": true, "stream" : false,"instructions": null, "model":"gpt-5.5","input":[]}',
    `{ "store": false, "stream" : true,"instructions": ${SAID}, "model":"gpt-5.5","input":[]}`,
  ],
  [
    'blank instructions are none',
    '{"model":"m","input":[],"store":false,"stream":true,"instructions":" \\n"}',
    `{"model":"m","input":[],"store":false,"stream":true,"instructions":${SAID}}`,
  ],
  [
    'twins become one',
    '{"store":true,"model":"m","store":true,"input":[],"stream":true,"instructions":"i"}',
    '{"model":"m","store":false,"input":[],"stream":true,"instructions":"i"}',
  ],
  [
    'a text becomes the list it stands for, in its own bytes',
    '{"model":"m","input":"h\\u00e9 \\"you\\"","store":false,"stream":true,"instructions":"i"}',
    '{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"h\\u00e9 \\"you\\""}]}],"store":false,"stream":true,"instructions":"i"}',
  ],
  [
    'a text at the very end leaves room for what is added',
    '{"model":"m","stream":true,"instructions":"i","input":"x"}',
    '{"model":"m","stream":true,"instructions":"i","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"x"}]}],"store":false}',
  ],
  [
    'the system is the developer',
    '{"model":"m","input":[ {"role":"system","content":"a"} ,{"role":"user","content":"system"}],"store":false,"stream":true,"instructions":"i"}',
    '{"model":"m","input":[ {"role":"developer","content":"a"} ,{"role":"user","content":"system"}],"store":false,"stream":true,"instructions":"i"}',
  ],
  [
    'reasoning that is not there any more goes, sealed reasoning stays',
    '{"model":"m","input":[{"type":"reasoning","id":"rs_1"},{"type":"reasoning","encrypted_content":"x"},{"type":"reasoning","encrypted_content":null}],"store":false,"stream":true,"instructions":"i"}',
    '{"model":"m","input":[{"type":"reasoning","encrypted_content":"x"}],"store":false,"stream":true,"instructions":"i"}',
  ],
])('%s', (_, body, expected) => {
  expect(fit(body).text).toBe(expected);
});

describe('members that the backend refuses', () => {
  test.each([
    ['{"temperature":1,"model":"m","input":[],"store":false,"stream":true,"instructions":"i"}', ['temperature']],
    ['{"model":"m","input":[],"store":false,"stream":true,"instructions":"i","user":"u"}', ['user']],
    [
      '{"top_p":1,"metadata":{"a":[1,{}]},"model":"m","user":null,"input":[],"max_output_tokens":5,"store":false,"stream":true,"instructions":"i","stream_options":{}}',
      ['max_output_tokens', 'top_p', 'user', 'metadata', 'stream_options'],
    ],
  ])('of %s are left out and named', (body, names) => {
    const { text, leftOut } = fit(body);
    expect(text).toBe('{"model":"m","input":[],"store":false,"stream":true,"instructions":"i"}');
    expect(leftOut).toEqual(names);
  });

  test('may be the last, before what is added', () => {
    expect(fit('{"model":"m","instructions":"i","input":[],"user":"u"}').text).toBe(
      '{"model":"m","instructions":"i","input":[],"store":false,"stream":true}',
    );
  });
});

test('what Codex sends keeps its bytes', () => {
  const body = ' { "model":"gpt-5.5","stream":true,"input":[{"role":"developer"}],"store":false,"include":[]}';
  expect(fit(body, { isCodex: true })).toEqual({ text: body, leftOut: [] });
});

test('a conversation is compacted without members about streams and stores', () => {
  expect(fit('{"store":false,"model":"m","input":[],"stream":true}', { kind: 'compact' }).text).toBe(
    `{"model":"m","input":[],"instructions":${SAID}}`,
  );
});

test('a frame says nothing of streams, and has the instructions of the one before it', () => {
  expect(fit('{"type":"response.create","model":"m","input":[]}', { kind: 'frame' }).text).toBe(
    `{"type":"response.create","model":"m","input":[],"store":false,"instructions":${SAID}}`,
  );
  expect(fit('{"type":"response.create","previous_response_id":"r","input":[]}', { kind: 'frame' }).text).toBe(
    '{"type":"response.create","previous_response_id":"r","input":[],"store":false}',
  );
});

test('every body that can be made of these members is taken in the end', () => {
  const choices: Readonly<Record<string, readonly string[]>> = {
    store: ['true', 'false', 'null'],
    stream: ['true', 'false'],
    instructions: ['"i"', '""', 'null'],
    temperature: ['0.5'],
    user: ['"u"'],
    input: ['"text"', '[]', '[{"role":"system","content":"s"},{"type":"reasoning"}]', '[{"type":"reasoning"}]'],
  };
  let seed = 7;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 2000; round += 1) {
    const members = Object.entries(choices).flatMap(([name, values]) =>
      next(3) === 0 && name !== 'input' ? [] : [`"${name}":${values[next(values.length)] ?? ''}`],
    );
    members.splice(next(members.length + 1), 0, '"model":"gpt-5.5"');
    if (next(2) === 0) members.reverse();
    const body = `{${members.join(next(2) === 0 ? ',' : ' ,\n')}}`;
    const made = JSON.parse(fit(body).text) as Record<string, unknown>;
    expect(refusalOf(made, 'turn', false), body).toBeNull();
  }
});
