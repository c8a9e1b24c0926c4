import fc from 'fast-check';
import type { Document } from './documents.ts';

/** Does something to a document; `at` is a place in it. */
type Damage = (bytes: Buffer, at: number) => Buffer;

const QUOTE = 34;

const text = (piece: string): Buffer => Buffer.from(piece);

function insert(bytes: Buffer, at: number, piece: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

/** Bytes put anywhere, or right behind a quote, which is mostly inside a name or text. */
const putAnywhere =
  (piece: Uint8Array): Damage =>
  (bytes, at) =>
    insert(bytes, at, piece);
const putBehindQuote =
  (piece: Uint8Array): Damage =>
  (bytes, at) =>
    insert(bytes, bytes.indexOf(QUOTE, at) + 1, piece);

/** A member put first. */
const putMember =
  (member: string): Damage =>
  (bytes) =>
    text(
      bytes
        .toString()
        .replace(
          /\{([ \t\r\n]*)(.)/s,
          (_, blank: string, next: string) => `{${member}${next === '}' ? '' : ','}${blank}${next}`,
        ),
    );

const wholes: readonly Damage[] = [
  (bytes) => Buffer.concat([text('\ufeff'), bytes]),
  (bytes) => Buffer.concat([text('junk '), bytes]),
  (bytes) => Buffer.concat([bytes, text('{"service_tier":"priority"}')]),
  (bytes) => Buffer.concat([bytes, text(' \u00a0')]),
  (bytes) => Buffer.concat([bytes, text('\0')]),
  (bytes) => Buffer.concat([text('['), bytes, text(']')]),
  (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
  (bytes) => Buffer.from(bytes.toString(), 'utf16le').swap16(),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
  (bytes) => text(bytes.toString().replace(':', '')),
  (bytes) => text(bytes.toString().replace('}', ',}')),
  (bytes) => text(bytes.toString().replaceAll('"', "'")),
];

const MARKS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '/*x*/',
  '//\n',
  'NaN',
  '-',
  '0',
  '\n',
  '\u2028',
  '\v',
  '\f',
  '\0',
];
const NOT_UTF8 = [[0xff], [0xc3], [0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]];
const IN_TEXTS = [
  '\0',
  '\x01',
  '\n',
  '\x1f',
  '\x7f',
  '\u2028',
  '\\x41',
  '\\u12',
  '\\u12g4',
  '\\v',
  '\\f\\b\\/',
  '\\ud800',
  '\\"',
  '\\',
];
const VALUES = [
  ...['01', '1.', '.5', '+1', '1e', '1e+', '1E+05', '0x1', '-', '--1', '-0.0', '1_0', '\u0661'],
  ...[
    'NaN',
    'Infinity',
    'tru',
    'nul',
    'nullx',
    'TRUE',
    'undefined',
    "'a'",
    '',
    '[1,]',
    '[,1]',
    '[ ]',
    '{ }',
    '{"a"}',
    '{"a":1,}',
  ],
];
const DEPTHS = [254, 255, 256, 10_000];

/** What happens to documents on their way; most of it makes them something that only some readers take. */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.constantFrom(...wholes),
  fc.constantFrom(...MARKS).map((mark) => putAnywhere(text(mark))),
  fc.constantFrom(...NOT_UTF8).map((bytes) => putBehindQuote(Uint8Array.from(bytes))),
  fc.constantFrom(...IN_TEXTS).map((piece) => putBehindQuote(text(piece))),
  fc.constantFrom(...VALUES).map((value) => putMember(`"x":${value}`)),
  fc.constantFrom(...DEPTHS).map((depth) => putMember(`"deep":${'['.repeat(depth)}${']'.repeat(depth)}`)),
);

/** Documents of the given kind, intact or damaged, as bytes. */
export function damaged(kind: fc.Arbitrary<Document>): fc.Arbitrary<Buffer> {
  return fc.oneof(
    { weight: 1, arbitrary: kind.map(({ bytes }) => bytes) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(kind, damage, fc.nat(9999))
        .map(([{ bytes }, harm, place]) => harm(bytes, place % (bytes.length + 1))),
    },
  );
}
