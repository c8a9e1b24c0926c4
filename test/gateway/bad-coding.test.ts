import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import { type Call, TURN, send } from './tool.ts';

/** A tier hidden from the gateway by a label: another type, another character set, a coding it does not know. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ settings: { gateway: { bodyLimitMiB: 1 } } });
});
beforeEach(() => lab.forget());
afterEach(async () => {
  await lab.forget();
  expect((await send(lab.origin)).status).toBe(200);
});
afterAll(() => lab.close());

const fast = JSON.stringify({ ...TURN, service_tier: 'priority' });

/** Refused before the door: the provider and the ledger know nothing of it, and it is counted. */
async function refused(call: Call, status: number, code: string, message: string): Promise<void> {
  const before = lab.gateway.runtime.status().refused[code] ?? 0;
  const answer = await send(lab.origin, call);
  expect({ status: answer.status, ...answer.error }).toMatchObject({ status, type: 'invalid_request_error', code });
  expect(answer.error.message).toContain(message);
  expect(lab.upstream.requests).toEqual([]);
  expect(await lab.newRows()).toEqual([]);
  expect(lab.gateway.runtime.status().refused[code]).toBe(before + 1);
}

describe('a content type that is not JSON in UTF-8 gets 415', () => {
  test.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; charset="UTF-16LE"',
    'application/json;charset=utf-7',
    'application/json; charset=ibm500',
    'application/json; charset=utf-8; charset=utf-16',
    "application/json; charset*=utf-8''utf-16",
    'application/json; charset =utf-7',
    'application/json; charset="utf-8',
    'application/json; charset=',
    'application/octet-stream',
    'application/cbor',
    '',
  ])('%s', (type) =>
    refused({ body: fast, headers: { 'content-type': type } }, 415, 'content_type_unsupported', 'application/json'),
  );

  test('and none at all', () =>
    refused({ body: fast, headers: { 'content-type': undefined } }, 415, 'content_type_unsupported', 'nothing at all'));

  test('a body in UTF-16 that says so', () =>
    refused(
      {
        body: Buffer.from(`\ufeff${fast}`, 'utf16le'),
        headers: { 'content-type': 'application/json; charset=utf-16' },
      },
      415,
      'content_type_unsupported',
      'utf-16',
    ));

  test.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF8"',
  ])('but %s is served', async (type) => {
    expect((await send(lab.origin, { headers: { 'content-type': type } })).status).toBe(200);
    expect(lab.upstream.last.header('content-type')).toEqual([type]);
  });
});

describe('a content coding that cannot be judged gets 415', () => {
  const codings: readonly [string, string, Buffer, string][] = [
    ['an unknown one', 'compress', Buffer.from(fast), '"compress"'],
    ['an unknown one over JSON in the clear', 'cow', Buffer.from(fast), '"cow"'],
    ['the name of a built-in member', 'constructor', Buffer.from(fast), '"constructor"'],
    ['three layers', 'gzip, br, zstd', zstdCompressSync(brotliCompressSync(gzipSync(fast))), 'more than two layers'],
    ['the same one twice', 'gzip, gzip', gzipSync(gzipSync(fast)), 'twice'],
    ['gzip that is plain JSON', 'gzip', Buffer.from(fast), 'not gzip'],
    ['zstd that is plain JSON', 'zstd', Buffer.from(fast), 'not zstd'],
    ['br that is plain JSON', 'br', Buffer.from(fast), 'not br'],
    ['deflate that is plain JSON', 'deflate', Buffer.from(fast), 'not deflate'],
    ['zstd that is gzip', 'zstd', gzipSync(fast), 'not zstd'],
    ['two layers in the wrong order', 'gzip, br', gzipSync(brotliCompressSync(fast)), 'not'],
    ['deflate without its header', 'deflate', deflateRawSync(fast), 'not deflate'],
    ['gzip that is cut', 'gzip', gzipSync(fast).subarray(0, -9), 'not gzip'],
    ['gzip of nothing', 'gzip', Buffer.alloc(0), 'not gzip'],
    ['zstd that is cut', 'zstd', zstdCompressSync(fast).subarray(0, -3), 'not zstd'],
  ];
  test.each(codings)('%s', (_, coding, body, message) =>
    refused({ body, headers: { 'content-encoding': coding } }, 415, 'content_encoding_unsupported', message),
  );
});

describe('a coded body is decoded, judged and sent on in the clear', () => {
  test.each<[string, Buffer]>([
    ['gzip', gzipSync(fast)],
    ['x-gzip', gzipSync(fast)],
    ['GZIP', gzipSync(fast)],
    ['deflate', deflateSync(fast)],
    ['br', brotliCompressSync(fast)],
    ['zstd', zstdCompressSync(fast)],
    ['identity', Buffer.from(fast)],
    ['gzip, zstd', zstdCompressSync(gzipSync(fast))],
    ['br , identity', brotliCompressSync(fast)],
    [' , gzip', gzipSync(fast)],
  ])('%s', async (coding, body) => {
    expect((await send(lab.origin, { body, headers: { 'content-encoding': coding } })).status).toBe(200);
    expect(lab.upstream.last.header('content-encoding')).toEqual([]);
    expect(lab.upstream.last.body.toString()).toBe(JSON.stringify(TURN));
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
    expect(await lab.newRows()).toMatchObject([{ verdict: 'filter', tiers: { requested: 'priority', sent: null } }]);
  });

  test('a second member of the same gzip file is part of the body, and so judged', async () => {
    const body = Buffer.concat([gzipSync('{"model":"gpt-5.5"}'), gzipSync(fast)]);
    const answer = await send(lab.origin, { body, headers: { 'content-encoding': 'gzip' } });
    expect(answer.error.code).toBe('body_invalid');
    expect(lab.upstream.requests).toEqual([]);
  });

  test('a coded body without its label is no JSON', async () => {
    const answer = await send(lab.origin, { body: gzipSync(fast) });
    expect({ status: answer.status, code: answer.error.code }).toEqual({ status: 400, code: 'body_invalid' });
    expect(await lab.newRows()).toHaveLength(1);
  });

  test('a connection header cannot take the label away', async () => {
    const headers = { 'content-encoding': 'gzip', connection: 'content-encoding, close' };
    expect((await send(lab.origin, { body: gzipSync(fast), headers })).status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(JSON.stringify(TURN));
  });
});

describe('a bomb', () => {
  const large = JSON.stringify({ ...TURN, input: 'a'.repeat(2 * 1024 * 1024) });
  test.each<[string, Buffer]>([
    ['gzip', gzipSync(large)],
    ['br', brotliCompressSync(large)],
    ['zstd', zstdCompressSync(large)],
    ['deflate', deflateSync(large)],
    ['gzip, zstd', zstdCompressSync(gzipSync(large))],
  ])('of %s is stopped at the limit, with 413', (coding, body) =>
    refused({ body, headers: { 'content-encoding': coding } }, 413, 'body_too_large', 'limit is 1 MiB'),
  );

  test('of 1 GiB in two layers costs neither the memory nor the process', async () => {
    const before = process.memoryUsage().rss;
    const body = zstdCompressSync(gzipSync(Buffer.alloc(256 * 1024 * 1024)));
    await refused({ body, headers: { 'content-encoding': 'gzip, zstd' } }, 413, 'body_too_large', 'bodyLimitMiB');
    expect(process.memoryUsage().rss - before).toBeLessThan(512 * 1024 * 1024);
  });
});
