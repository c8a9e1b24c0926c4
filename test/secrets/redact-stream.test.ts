import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/main/secrets/redact.ts';

const KEY = 'sk-proj-Ab1/Cd2_Ef3';
const SHORT = 'abc12';
const MASK = '[key removed]';

const SPELLINGS: readonly (readonly [how: string, text: string])[] = [
  ['plain', `data: {"error":"bad key ${KEY} given"}\n\n`],
  ['percent-encoded', `https://host/?key=${KEY.replace(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`)}&x=1`],
  ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ key: KEY.replaceAll('/', '\\/') }) })],
  ['with escaped letters', `"${KEY.replace(/./g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`],
  ['in base64 with its user', `authorization: Basic ${Buffer.from(`user:${KEY}`).toString('base64')}\r\n`],
  ['twice in a row', `${KEY}${KEY}`],
  ['begun and not ended', `sk-proj-Ab1 and sk-proj-Ab1/Cd2_Ef and ${KEY.slice(0, -1)}`],
  ['short', `event: error\ndata: {"token": "${SHORT}", "Authorization": "Bearer ${SHORT}"}\n\n`],
];

function redactor(): Redactor {
  const made = new Redactor();
  made.protect(KEY);
  made.protect(SHORT);
  return made;
}

function streamed(pieces: readonly Buffer[], by = redactor()): string {
  const stream = by.stream();
  const out = pieces.map((piece) => stream.push(piece));
  return Buffer.concat([...out, stream.end()]).toString('latin1');
}

describe.each(SPELLINGS)('attack: a key %s, cut in pieces', (_how, text) => {
  const bytes = Buffer.from(text);
  const clean = redactor().text(text);

  test('at any one place', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1)
      expect(streamed([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toBe(clean);
  });

  test('byte by byte', () => {
    expect(streamed([...bytes].map((byte) => Buffer.of(byte)))).toBe(clean);
  });
});

test('bytes that are no text come out as they went in, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      const buffers = pieces.map((piece) => Buffer.from(piece));
      expect(Buffer.from(streamed(buffers), 'latin1')).toEqual(Buffer.concat(buffers));
    }),
  );
});

test('whatever stands around a key, and however it is cut, no piece of the stream is different from the whole', () => {
  const part = fc.constantFrom(KEY, KEY.slice(0, 9), KEY.slice(5), ' ', '%', '\\', '\\u00', '%2', 's', 'sk', MASK, 'é');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 6 }), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const at = [0, ...[...cuts].sort((a, b) => a - b).map((cut) => Math.min(cut, bytes.length)), bytes.length];
      const pieces = at.slice(1).map((to, index) => bytes.subarray(at[index], to));
      expect(streamed(pieces)).toBe(redactor().bytes(bytes).toString('latin1'));
    }),
    { numRuns: 500 },
  );
});

test('what cannot be the beginning of a key is let go at once', () => {
  const by = new Redactor();
  by.protect(KEY);
  const stream = by.stream();
  expect(stream.push(Buffer.from('data: {"delta":"hi"}\n\n')).toString()).toBe('data: {"delta":"hi"}\n\n');
  expect(stream.push(Buffer.from('and sk-proj')).toString()).toBe('and ');
  expect(stream.push(Buffer.from('ect\n')).toString()).toBe('sk-project\n');
});
