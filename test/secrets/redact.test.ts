import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/main/secrets/redact.ts';

const KEY = 'sk-proj-Ab1_Cd2-Ef3';
/** A key of an upstream that is free in its choice of letters. */
const ODD_KEY = 'k"y\\w/th~?+&=%odd';
const MASK = '[key removed]';

function redactorFor(...keys: readonly string[]): Redactor {
  const redactor = new Redactor();
  for (const key of keys) redactor.protect(key);
  return redactor;
}

describe.each([
  ['a usual key', KEY],
  ['a key of odd letters', ODD_KEY],
])('attack: an upstream that quotes %s', (_name, key) => {
  test.each<[how: string, before: string, spelled: string, after: string]>([
    ['alone', '', key, ''],
    ['in a longer text', 'Incorrect API key provided: ', key, '. You can find your key'],
    ['in a header', 'Bearer ', key, ''],
    ['glued to other letters', 'x', key, 'x'],
    ['percent-encoded', 'https://host/v1?key=', encodeURIComponent(key), '&x=1'],
    ['in JSON', '{"error":{"message":"bad key ', JSON.stringify(key).slice(1, -1), '"}}'],
    ['in base64', 'Basic ', Buffer.from(key).toString('base64').replace(/=+$/, ''), '=='],
    ['in base64 without padding', 'key=', Buffer.from(key).toString('base64').replace(/=+$/, ''), ''],
  ])('%s: it is taken out of text and bytes', (_how, before, spelled, after) => {
    const redactor = redactorFor('another-key-0123', key);
    const clean = `${before}${MASK}${after}`;
    expect(redactor.text(`${before}${spelled}${after}`)).toBe(clean);
    expect(redactor.bytes(Buffer.from(`${before}${spelled}${after}`)).toString()).toBe(clean);
  });

  test('many times: every one is taken out', () => {
    expect(redactorFor(key).text(`${key}${key} ${key}`)).toBe(`${MASK}${MASK} ${MASK}`);
  });
});

describe('keys that overlap', () => {
  test('a key that contains another is taken out whole, in whatever order they are known', () => {
    const inner = KEY.slice(0, 12);
    for (const keys of [
      [inner, KEY],
      [KEY, inner],
    ])
      expect(redactorFor(...keys).text(`<${KEY}> <${inner}>`)).toBe(`<${MASK}> <${MASK}>`);
  });

  test('the same key twice is one', () => {
    expect(redactorFor(KEY, KEY).text(KEY)).toBe(MASK);
  });
});

describe('what holds no key', () => {
  test('is the same string and the same buffer', () => {
    const redactor = redactorFor(KEY);
    const bytes = Buffer.from('{"ok":true}');
    expect(redactor.bytes(bytes)).toBe(bytes);
    expect(redactor.text('nothing here')).toBe('nothing here');
  });

  test('bytes that are no text stay as they are around a key', () => {
    const before = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0xc3]);
    const after = Buffer.from([0xe2, 0x98, 0x83, 0xf0, 0x9f]);
    const clean = redactorFor(KEY).bytes(Buffer.concat([before, Buffer.from(KEY), after]));
    expect(clean).toEqual(Buffer.concat([before, Buffer.from(MASK), after]));
  });

  test('values too short to be keys would be found everywhere, and are not looked for', () => {
    expect(redactorFor('error', '').text('an error')).toBe('an error');
  });
});

test('a key that was replaced may still be on its way, and is still looked for', () => {
  const redactor = redactorFor(KEY);
  redactor.protect('another-key-0123');
  expect(redactor.text(`${KEY} another-key-0123`)).toBe(`${MASK} ${MASK}`);
});

test('letters that mean something to a pattern are only letters', () => {
  expect(redactorFor('$&.*(key)[1]').text('a$&.*(key)[1]b')).toBe(`a${MASK}b`);
});
