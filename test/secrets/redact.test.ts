import { describe, expect, test } from 'vitest';
import { Redactor } from '../../src/main/secrets/redact.ts';

const KEY = 'sk-proj-Ab1_Cd2-Ef3';
/** A key of an upstream that is free in its choice of letters. */
const ODD_KEY = 'k"y\\w/th~?+&=%odd';
const MASK = '[key removed]';

function everyLetter(text: string, spell: (code: number) => string): string {
  return text.replace(/./g, (letter) => spell(letter.charCodeAt(0)));
}

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
    [
      'percent-encoded in small letters',
      '?key=',
      encodeURIComponent(key).toLowerCase().replace(key.toLowerCase(), key),
      '',
    ],
    ['with every letter percent-encoded', '?key=', everyLetter(key, (code) => `%${code.toString(16)}`), '&'],
    ['percent-encoded twice', '?next=', encodeURIComponent(everyLetter(key, (code) => `%${code.toString(16)}`)), '&'],
    [
      'as JSON that escapes every letter',
      '"',
      everyLetter(key, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
      '"',
    ],
    [
      'in JSON within JSON',
      '{"body":"{\\"key\\":\\"',
      JSON.stringify(JSON.stringify(key).slice(1, -1)).slice(1, -1),
      '\\"}"}',
    ],
    ['in a log line that escapes slashes', '"', JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/'), '"'],
    ['in hex', '0x', Buffer.from(key).toString('hex'), ''],
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

describe('attack: an upstream that codes the key together with its neighbours', () => {
  test.each(['', 'u', 'us', 'user:', 'user:x'])('base64 after %j', (before) => {
    for (const after of ['', '!', ':y', ':yz', 'a longer end'])
      for (const alphabet of ['base64', 'base64url'] as const) {
        const text = Buffer.from(before + KEY + after).toString(alphabet);
        const clean = redactorFor(KEY).text(text);
        expect(clean).toContain(MASK);
        // What is left beside the mask decodes to nothing of the key.
        for (const rest of clean.split(MASK))
          expect(Buffer.from(rest, alphabet).toString('latin1')).not.toMatch(/sk-|proj|Ab1|Cd2|Ef3/);
      }
  });
});

describe('a key too short to be looked for everywhere', () => {
  test.each<[text: string, clean: string]>([
    ['Authorization: Bearer abc12', `Authorization: Bearer ${MASK}`],
    ['{"api_key":"abc12"}', `{"api_key":"${MASK}"}`],
    ['{\\"token\\": \\"abc12\\"}', `{\\"token\\": \\"${MASK}\\"}`],
    ['?key=abc12&x=1', `?key=${MASK}&x=1`],
    ['Incorrect API key: abc12.', `Incorrect API key: ${MASK}.`],
    ['the word abc12 by itself', 'the word abc12 by itself'],
    ['Bearer abc123', 'Bearer abc123'],
  ])('%s', (text, clean) => {
    expect(redactorFor('abc12').text(text)).toBe(clean);
  });

  test('a key that is an everyday word leaves the words of an answer alone', () => {
    const redactor = redactorFor('error', 'none', 'x');
    expect(redactor.text('{"error":{"type":"none","param":"x"}}')).toBe('{"error":{"type":"none","param":"x"}}');
    expect(redactor.text('api-key: none')).toBe(`api-key: ${MASK}`);
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

describe('keys that tools bring', () => {
  test('are taken out as any other, as long as they are among the last', () => {
    const redactor = new Redactor();
    redactor.protect('sk-of-an-account-0001');
    const brought = Array.from({ length: 100 }, (_, index) => `sk-brought-by-a-tool-${1000 + index}`);
    for (const key of brought) {
      redactor.protectBrought(key);
      // One that is used again and again stays.
      redactor.protectBrought('sk-brought-by-a-tool-1000');
      expect(redactor.text(`no: ${key}`)).not.toContain(key);
    }
    expect(redactor.text('sk-of-an-account-0001 sk-brought-by-a-tool-1000')).not.toMatch(/sk-/);
    expect(redactor.text('sk-brought-by-a-tool-1001')).toBe('sk-brought-by-a-tool-1001');
  });

  test('stay protected when they turn out to be an account’s', () => {
    const redactor = new Redactor();
    redactor.protectBrought('sk-both-0001');
    redactor.protect('sk-both-0001');
    for (let index = 0; index < 100; index += 1) redactor.protectBrought(`sk-brought-by-a-tool-${1000 + index}`);
    expect(redactor.text('sk-both-0001')).not.toContain('sk-both');
  });

  test('may be short, and are then taken out where a word says what they are', () => {
    const redactor = new Redactor();
    redactor.protectBrought('abc');
    expect(redactor.text('Bearer abc, abc')).toBe('Bearer [key removed], abc');
  });
});
