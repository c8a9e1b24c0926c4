import { describe, expect, test } from 'vitest';
import { type Envelope, type EnvelopeFault, MAX_DEPTH, isFault, scan, textOf } from '../../src/main/envelope/scan.ts';
import { watch } from '../../src/main/envelope/watch.ts';

const WATCHED = watch({
  service_tier: true,
  model: true,
  session: { model: true, service_tier: true },
  input: { '[]': { type: true, id: true } },
});

function read(text: string | Buffer): Envelope {
  const envelope = scan(Buffer.from(text), WATCHED);
  if (isFault(envelope)) throw new Error(`${envelope.fault} at ${envelope.at}`);
  return envelope;
}

/** Path, name and value of every occurrence. */
function seen(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return read(bytes).occurrences.map(
    ({ path, name, exact, valueStart, valueEnd }) =>
      `${path}${exact ? '' : ` as ${name}`} = ${bytes.toString('utf8', valueStart, valueEnd)}`,
  );
}

describe('what is not exactly one JSON object', () => {
  test.each<[name: string, text: string | Buffer, fault: EnvelopeFault['fault'], at: number]>([
    ['nothing', '', 'not_an_object', 0],
    ['blanks', ' \n', 'not_an_object', 2],
    ['a list', '[]', 'not_an_object', 0],
    ['a text', '"a"', 'not_an_object', 0],
    ['null', 'null', 'not_an_object', 0],
    ['a byte order mark', '\ufeff{}', 'byte_order_mark', 0],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'syntax', 1],
    ['Latin-1', Buffer.from('{"a":"\xe9"}', 'latin1'), 'encoding', 0],
    ['an overlong slash', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]), 'encoding', 0],
    [
      'half of a surrogate pair in UTF-8',
      Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
      'encoding',
      0,
    ],
    ['two objects', '{}{}', 'trailing', 2],
    ['a word after it', '{} x', 'trailing', 3],
    ['a U+0000 after it', '{}\0', 'trailing', 2],
    ['a comma after it', '{},', 'trailing', 2],
    ['a blank that is none in JSON', '{}\u00a0', 'trailing', 2],
    ['a vertical tab', '{\v}', 'syntax', 1],
    ['no end', '{', 'syntax', 1],
    ['a name alone', '{"a"}', 'syntax', 4],
    ['no value', '{"a":}', 'syntax', 5],
    ['no colon', '{"a" 1}', 'syntax', 5],
    ['no comma', '{"a":1 "b":2}', 'syntax', 7],
    ['a comma too many', '{"a":1,}', 'syntax', 7],
    ['a comma at the front', '{,"a":1}', 'syntax', 1],
    ['a name without quotes', '{a:1}', 'syntax', 1],
    ['a name in single quotes', "{'a':1}", 'syntax', 1],
    ['a comment', '{/**/"a":1}', 'syntax', 1],
    ['NaN', '{"a":NaN}', 'syntax', 5],
    ['Infinity', '{"a":-Infinity}', 'syntax', 6],
    ['a leading zero', '{"a":01}', 'syntax', 6],
    ['a leading plus', '{"a":+1}', 'syntax', 5],
    ['a dot without digits', '{"a":1.}', 'syntax', 7],
    ['a dot at the front', '{"a":.5}', 'syntax', 5],
    ['an exponent without digits', '{"a":1e}', 'syntax', 7],
    ['a minus alone', '{"a":-}', 'syntax', 6],
    ['a hexadecimal number', '{"a":0x1}', 'syntax', 6],
    ['half a word', '{"a":tru}', 'syntax', 8],
    ['a word and more', '{"a":nulls}', 'syntax', 9],
    ['a capital word', '{"a":True}', 'syntax', 5],
    ['a list with a comma too many', '{"a":[1,]}', 'syntax', 8],
    ['a list that ends as an object', '{"a":[1}}', 'syntax', 7],
    ['an object that ends as a list', '{"a":{"b":1]}', 'syntax', 11],
    ['a text without an end', '{"a":"b', 'syntax', 7],
    ['a text that ends in a backslash', '{"a":"b\\', 'syntax', 8],
    ['a raw line feed in a text', '{"a":"\n"}', 'syntax', 6],
    ['a raw tab in a name', '{"\t":1}', 'syntax', 2],
    ['a raw U+0000 in a text', '{"a":"\0"}', 'syntax', 6],
    ['an escape that is none', '{"a":"\\x"}', 'syntax', 6],
    ['an escaped single quote', '{"a":"\\\'"}', 'syntax', 6],
    ['a short \\u escape', '{"a":"\\u12"}', 'syntax', 10],
    ['a \\u escape with a sign', '{"a":"\\u+123"}', 'syntax', 8],
  ])('%s: refused, by what and where', (_name, text, fault, at) => {
    expect(scan(Buffer.from(text), WATCHED)).toEqual({ fault, at });
  });

  test.each([
    '{"model":{"model":',
    '{"session":{"model":',
    '{"input":[{"type":',
    '{"input":[',
    '{"input":[{}',
    '{"session":{',
  ])('the beginning %s of a watched part alone: refused', (text) => {
    expect(scan(Buffer.from(text), WATCHED)).toMatchObject({ fault: 'syntax' });
  });
});

describe('what is one JSON object', () => {
  test.each([
    '{}',
    ' \t\r\n{ } \n',
    '{"":""}',
    '{"a":-0,"b":-1.5e+10,"c":0.1E-2,"d":0e0,"e":1e400}',
    '{"a":[],"b":{},"c":[[],{}],"d":[{"a":[1,2,{"b":null}]}]}',
    '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00"}',
    '{"a":"\\ud800"}',
    '{"a":"\u007f\u2028\ud83d\ude00"}',
    '{"__proto__":1,"constructor":2}',
    '{"model":[{"type":1}],"session":[],"input":{"type":"x"}}',
  ])('%s is read, as Node reads it', (text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(isFault(scan(Buffer.from(text), WATCHED))).toBe(false);
  });

  test.each<[open: string, close: string]>([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ])('%s may be nested as deep as is said and no deeper', (open, close) => {
    const step = open.length > 2 && open.startsWith('[') ? 2 : 1;
    const nested = (depth: number): string =>
      `{"x":${open.repeat(depth)}${open.endsWith(':') ? '1' : ''}${close.repeat(depth)}}`;
    const deepest = Math.floor((MAX_DEPTH - 1) / step);
    expect(isFault(scan(Buffer.from(nested(deepest)), WATCHED))).toBe(false);
    expect(scan(Buffer.from(nested(deepest + 1)), WATCHED)).toMatchObject({ fault: 'depth' });
    expect(scan(Buffer.from(nested(100_000)), WATCHED)).toMatchObject({ fault: 'depth' });
  });
});

describe('every occurrence of a watched name', () => {
  test.each<[text: string, occurrences: readonly string[]]>([
    ['{}', []],
    ['{"model":"m"}', ['model = "m"']],
    ['{"a":1,"model":"m","b":2,"service_tier":"flex"}', ['model = "m"', 'service_tier = "flex"']],
    ['{"model":"a","model":"b"}', ['model = "a"', 'model = "b"']],
    ['{"\\u006dodel":"m"}', ['model = "m"']],
    ['{"\\u006D\\u006F\\u0064\\u0065\\u006C":1}', ['model = 1']],
    ['{"Model":"m"}', ['model as Model = "m"']],
    ['{"MODEL":1,"mOdEl":2}', ['model as MODEL = 1', 'model as mOdEl = 2']],
    ['{"\\u004dodel":"m"}', ['model as Model = "m"']],
    ['{"\u017fervice_tier":1}', ['service_tier as \u017fervice_tier = 1']],
    ['{"serv\u0130ce_tier":1}', ['service_tier as serv\u0130ce_tier = 1']],
    ['{"model\\u0000x":1}', ['model as model\0x = 1']],
    ['{"models":1,"mode":2," model":3,"model ":4,"m\u043edel":5}', []],
    ['{"x":{"model":"m"},"y":[{"model":"m"}]}', []],
    ['{"x":"{\\"model\\":\\"m\\"}"}', []],
    [
      '{"session":{"model":"m","Service_Tier":"x"}}',
      [
        'session.model = "m"',
        'session.service_tier as Service_Tier = "x"',
        'session = {"model":"m","Service_Tier":"x"}',
      ],
    ],
    ['{"session":"m"}', ['session = "m"']],
    ['{"session":[{"model":"m"}]}', ['session = [{"model":"m"}]']],
    ['{"Session":{"model":"m"}}', ['session.model = "m"', 'session as Session = {"model":"m"}']],
    [
      '{"input":[{"type":"a"},5,{"id":"b","x":{"id":"c"}}]}',
      ['input.[].type = "a"', 'input.[].id = "b"', 'input = [{"type":"a"},5,{"id":"b","x":{"id":"c"}}]'],
    ],
    ['{"input":{"type":"a"}}', ['input = {"type":"a"}']],
    ['{"input":[[{"type":"a"}]]}', ['input = [[{"type":"a"}]]']],
  ])('%s', (text, occurrences) => {
    expect(seen(text)).toEqual(occurrences);
  });

  test('is told with its kind', () => {
    const text = '{"model":"a","model":1,"model":-1.5,"model":true,"model":false,"model":null,"model":{},"model":[]}';
    expect(read(text).occurrences.map(({ kind }) => kind)).toEqual([
      'string',
      'number',
      'number',
      'boolean',
      'boolean',
      'null',
      'object',
      'array',
    ]);
  });

  test('is told with all its places', () => {
    const text = ' { "a" : 1 , "model" : "m" , "session" : { "model" : 2 } } ';
    const [model, nested, session] = read(text).occurrences;
    const at = (part: string, from = 0): number => text.indexOf(part, from);
    expect(model).toEqual({
      path: 'model',
      name: 'model',
      exact: true,
      kind: 'string',
      keyStart: at('"model"'),
      valueStart: at('"m"'),
      valueEnd: at('"m"') + 3,
      commaBefore: at(','),
      commaAfter: at(',', at('"m"')),
      objectStart: 1,
      ordinal: 1,
    });
    expect(nested).toMatchObject({
      path: 'session.model',
      commaBefore: -1,
      commaAfter: -1,
      ordinal: 0,
      objectStart: at('{', 2),
    });
    expect(session).toMatchObject({ path: 'session', commaAfter: -1, ordinal: 2, valueEnd: at('}') + 1 });
  });

  test('the object’s own end and size are told for what is put in', () => {
    expect(read(' {} ')).toMatchObject({ memberCount: 0, lastMemberEnd: 2 });
    expect(read('{"a":1 , "session":{"x":1,"y":2} }')).toMatchObject({ memberCount: 2, lastMemberEnd: 32 });
  });
});

describe('the text of an occurrence', () => {
  test.each<[value: string, text: string | null]>([
    ['"m"', 'm'],
    ['""', ''],
    ['"\\u0066a\\u0073t"', 'fast'],
    ['"\\ud83d\\ude00\\n\\/"', '\ud83d\ude00\n/'],
    ['"\u00e9\u2603"', '\u00e9\u2603'],
    ['5', null],
    ['null', null],
    ['["m"]', null],
  ])('%s is %j', (value, text) => {
    const bytes = Buffer.from(`{"model":${value}}`);
    const [occurrence] = read(bytes).occurrences;
    if (occurrence === undefined) throw new Error('nothing was seen');
    expect(textOf(bytes, occurrence)).toBe(text);
  });

  test('is right in bytes that begin in the middle of others', () => {
    const whole = Buffer.from('xxxx{"model":"m"}xxxx');
    const part = whole.subarray(4, whole.length - 4);
    const [occurrence] = read(part).occurrences;
    if (occurrence === undefined) throw new Error('nothing was seen');
    expect(textOf(part, occurrence)).toBe('m');
  });
});

test('a watched name with capitals is found without them, and told as another spelling', () => {
  const found = (text: string): unknown => {
    const envelope = scan(Buffer.from(text), watch({ serviceTier: true }));
    return isFault(envelope) ? envelope : envelope.occurrences.map(({ name, exact }) => [name, exact]);
  };
  expect(found('{"serviceTier":1}')).toEqual([['serviceTier', true]]);
  expect(found('{"servicetier":1}')).toEqual([['servicetier', false]]);
  expect(found('{"SERVICETIER":1}')).toEqual([['SERVICETIER', false]]);
  expect(found('{"service_tier":1}')).toEqual([]);
});
