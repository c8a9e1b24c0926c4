import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import { request, speak, statuses, turnLines } from './raw-socket.ts';
import { TURN, send } from './tool.ts';

/** A request that two readers would cut at different places carries a second one past the first reader's eyes. */
let lab: Lab;
let good: readonly string[];

const smuggled = JSON.stringify({ ...TURN, service_tier: 'priority' });
const body = JSON.stringify(TURN);
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

beforeAll(async () => {
  lab = await startLab();
  // The gateway must end the connection of its own accord.
  good = turnLines(lab.origin, body).filter((line) => !line.startsWith('Connection'));
});
beforeEach(() => lab.forget());
afterEach(async () => {
  expect(lab.upstream.requests).toHaveLength(0);
  expect(await lab.newRows()).toEqual([]);
  expect((await send(lab.origin)).status).toBe(200);
});
afterAll(() => lab.close());

function without(name: string): string[] {
  return good.filter((line) => !line.startsWith(name));
}

describe('gets 400, once, and its connection is closed', () => {
  test.each<[string, () => string]>([
    [
      'content-length and transfer-encoding',
      () => request([...good, 'Transfer-Encoding: chunked'], `0\r\n\r\n${request(good, smuggled)}`),
    ],
    [
      'transfer-encoding before content-length',
      () => request([...without('Content-Length'), 'Transfer-Encoding: chunked', `Content-Length: 5`], chunked),
    ],
    ['two lengths', () => request([...good, 'Content-Length: 3'], body)],
    ['two equal lengths', () => request([...good, `Content-Length: ${body.length}`], body)],
    ['two lengths in one', () => request([...without('Content-Length'), 'Content-Length: 5, 5'], body)],
    ['a signed length', () => request([...without('Content-Length'), `Content-Length: +${body.length}`], body)],
    ['a hexadecimal length', () => request([...without('Content-Length'), 'Content-Length: 0x10'], body)],
    ['a negative length', () => request([...without('Content-Length'), 'Content-Length: -1'], body)],
    ['an unknown transfer coding', () => request([...without('Content-Length'), 'Transfer-Encoding: cow'], chunked)],
    [
      'a coding after chunked',
      () => request([...without('Content-Length'), 'Transfer-Encoding: chunked, identity'], chunked),
    ],
    [
      'chunked twice',
      () =>
        request([...without('Content-Length'), 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunked),
    ],
    ['a blank before the colon', () => request([...without('Content-Length'), 'Transfer-Encoding : chunked'], chunked)],
    ['a folded header line', () => request([...good, 'X-One: two', ' three'], body)],
    [
      'a folded transfer coding',
      () => request([...without('Content-Length'), 'Transfer-Encoding:', ' chunked'], chunked),
    ],
    ['lines that end in a bare line feed', () => request(good, body).replaceAll('\r\n', '\n')],
    ['one header line that ends so', () => request([...good, 'X-One: two\nX-Three: four'], body)],
    ['a bare carriage return in a header', () => request([...good, 'X-One: two\rX-Three: four'], body)],
    ['a zero byte in a header', () => request([...good, 'X-One: tw\0o'], body)],
    ['a method that is none', () => request(['P{ST /v1/responses HTTP/1.1', ...good.slice(1)], body)],
    ['a header line without a colon', () => request([...good, 'X-One'], body)],
    ['a TLS hello', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an HTTP/2 preface', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s', async (_, said) => {
    const answer = await speak(lab.origin, Buffer.from(said(), 'latin1'));
    expect(statuses(answer)).toEqual([400]);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test('headers over the limit get 431 instead', async () => {
    const said = request([...good, `X-One: ${'a'.repeat(40_000)}`], body);
    const answer = await speak(lab.origin, Buffer.from(said, 'latin1'));
    expect(statuses(answer)).toEqual([431]);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test.each([
    ['a chunk size with a prefix', `0x${chunked}`],
    ['a chunk size that is none', `zz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk longer than it says', `${(body.length - 1).toString(16)}\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk without its line end', chunked.replace(`${body}\r\n`, body)],
    ['a chunk extension that ends in a bare line feed', chunked.replace('\r\n', ';one\n')],
    ['a chunk size over every limit', `ffffffffffffffff0\r\n${body}\r\n0\r\n\r\n`],
  ])('a chunked body with %s', async (_, framed) => {
    const answer = await speak(
      lab.origin,
      request([...without('Content-Length'), 'Transfer-Encoding: chunked'], framed),
    );
    expect(statuses(answer)).toEqual([400]);
  });
});

describe('a header that decides something, sent twice, gets 400 with its name', () => {
  test.each([
    ['authorization', 'Authorization: Bearer tg-another-key-0000000000000000'],
    ['content-type', 'Content-Type: application/json'],
  ])('%s', async (name, line) => {
    const answer = await speak(lab.origin, request([...good, line, 'Connection: close'], body));
    expect(statuses(answer)).toEqual([400]);
    expect(answer).toContain(`The header ${name} is there more than once.`);
    expect(answer).not.toContain('tg-another');
  });

  test.each(['x-api-key', 'content-encoding', 'x-codex-routing-hint'])('%s, in two letter cases', async (name) => {
    const lines = [...good, `${name}: identity`, `${name.toUpperCase()}: identity`, 'Connection: close'];
    const answer = await speak(lab.origin, request(lines, body));
    expect(statuses(answer)).toEqual([400]);
    expect(answer).toContain('header_repeated');
  });
});

describe('what is well framed is served', () => {
  afterEach(async () => {
    expect(lab.upstream.violations).toEqual([]);
    await lab.forget();
  });

  test('a chunked body in odd pieces, with a trailer that stays here', async () => {
    const framed = `${body
      .split('')
      .map((letter) => `1;ext=1\r\n${letter}\r\n`)
      .join('')}0\r\nX-Trailer: one\r\n\r\n`;
    const lines = [
      ...without('Content-Length'),
      'Transfer-Encoding: chunked',
      'Trailer: X-Trailer',
      'Connection: close',
    ];
    expect(statuses(await speak(lab.origin, request(lines, framed)))).toEqual([200]);
    expect(lab.upstream.last.body.toString()).toBe(body);
    expect(lab.upstream.last.header('content-length')).toEqual([String(body.length)]);
    expect(lab.upstream.last.header('transfer-encoding')).toEqual([]);
    expect(lab.upstream.last.header('trailer')).toEqual([]);
  });

  test('two requests on one connection, the second sent before the first is answered', async () => {
    const second = JSON.stringify({ ...TURN, input: 'second' });
    const last = turnLines(lab.origin, second);
    const answer = await speak(lab.origin, request(good, body) + request(last, second));
    expect(statuses(answer)).toEqual([200, 200]);
    expect(lab.upstream.requests.map((one) => one.body.toString()).sort()).toEqual([body, second].sort());
  });

  test('a body that waits for "continue" and then comes', async () => {
    const lines = [...turnLines(lab.origin, body), 'Expect: 100-continue'];
    expect(statuses(await speak(lab.origin, request(lines, body)))).toEqual([100, 200]);
    expect(lab.upstream.last.header('expect')).toEqual([]);
  });
});
