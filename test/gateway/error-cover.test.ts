import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ErrorCover } from '../../src/main/gateway/error-cover.ts';
import { Redactor } from '../../src/main/secrets/redact.ts';

const KEY = 'sk-proj-Ab1/Cd2_Ef3';

function cover(events = true): ErrorCover {
  const redactor = new Redactor();
  redactor.protect(KEY);
  return new ErrorCover(() => redactor.stream(true), events);
}

function covered(pieces: readonly Buffer[], by = cover()): string {
  const out = pieces.map((piece, index) => by.push(piece, index === pieces.length - 1));
  return Buffer.concat(out.flatMap((one) => one ?? [])).toString('latin1');
}

const GOOD = `event: response.created\ndata: {"type":"response.created","response":{"error":null,"text":"an error of ${KEY}"}}\n\n`;
const QUOTED = `data: {"type":"response.output_text.delta","delta":"{\\"error\\":\\"${KEY}\\"}"}\n\n`;
const ERRORS: readonly (readonly [how: string, event: string])[] = [
  ['an error event', `event: error\ndata: {"type":"error","error":{"message":"bad key ${KEY} given"}}\n\n`],
  ['one without a name', `data: {"type":"error","message":"bad key ${KEY}"}\n\n`],
  ['a failed response', `data: {"type":"response.failed","response":{"error" : {"message":"${KEY}${KEY}"}}}\n\n`],
  ['a Chat chunk', `data: {"error":{"message":"Bearer ${KEY}"}}\r\n\r\n`],
  ['an escaped key', `event: error\ndata: {"error":{"message":${JSON.stringify(KEY).replaceAll('/', '\\/')}}}\n\n`],
];

describe.each(ERRORS)('in %s', (_, event) => {
  test('a key is covered wherever the bytes are cut, as long as it is, and all around passes', () => {
    const bytes = Buffer.from(GOOD + event + QUOTED);
    const whole = covered([bytes]);
    expect(whole).toHaveLength(bytes.length);
    expect(whole.startsWith(GOOD)).toBe(true);
    expect(whole.endsWith(QUOTED)).toBe(true);
    expect(whole.slice(GOOD.length, -QUOTED.length)).not.toContain('Cd2_Ef3');
    // Every single cut, and then several at once.
    for (let cut = 1; cut < bytes.length; cut += 1)
      expect(covered([bytes.subarray(0, cut), bytes.subarray(cut)]).slice(GOOD.length, -QUOTED.length)).not.toContain(
        'Cd2_Ef3',
      );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        const text = covered(pieces);
        expect(text).toHaveLength(bytes.length);
        expect(text.slice(GOOD.length, -QUOTED.length)).not.toContain('Cd2_Ef3');
        expect(text.endsWith(QUOTED)).toBe(true);
      }),
    );
    // Where a piece ends at the word itself, what follows may be an error: then more is looked into than must be.
    const bytewise = covered(Array.from(bytes, (byte) => Buffer.from([byte])));
    expect(bytewise.slice(GOOD.length)).toBe(whole.slice(GOOD.length));
  });
});

test('what speaks of no error passes as the very bytes it was', () => {
  const by = cover();
  for (const text of [GOOD, QUOTED, 'data: {"x":"errors of all kinds: error"}\n\n', 'data: [DONE]\n\n']) {
    const bytes = Buffer.from(text);
    expect(by.push(bytes, false)).toBe(bytes);
  }
});

test('a body that is no stream is looked into from the word on', () => {
  const body = `{"id":"resp_1","status":"failed","error":{"code":"x","message":"${KEY}"},"more":"${KEY}"}`;
  const text = covered([Buffer.from(body)], cover(false));
  expect(text).toHaveLength(body.length);
  expect(text).not.toContain(KEY);
  expect(text).toContain('"code":"x"');
});
