import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountAt, startGateway } from '../fakes/gateway.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { FAKE_KEY } from '../fakes/upstream.ts';
import { type Lab, startLab } from './lab.ts';
import { answerText, chunk, startRawUpstream } from './raw-upstream.ts';
import { TURN, send } from './tool.ts';

/** A provider's error goes through with its status and words; the key it may quote does not. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

describe('an error passes with its status, body and headers, once', () => {
  test.each([400, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529])('%i', async (status) => {
    const body = JSON.stringify({ error: { message: `status ${status}, größer`, type: 't', code: 'c' } }, null, 2);
    lab.upstream.next({ kind: 'error', status, body, headers: { 'retry-after': '3', 'x-request-id': 'req_e' } });
    for (const [path, stream] of [['/v1/responses', true]] as const) {
      const answer = await send(lab.origin, { path, body: { ...TURN, stream } });
      expect([answer.status, answer.text]).toEqual([status, body]);
      expect(answer.header('retry-after')).toBe('3');
      expect(answer.header('x-request-id')).toBe('req_e');
      expect(answer.header('content-type')).toBe('application/json');
    }
    expect(lab.upstream.requests).toHaveLength(1);
    expect(await lab.newRows()).toMatchObject([{ status, error: `upstream_${status}`, partial: false }]);
  });

  test('an empty body stays empty', async () => {
    lab.upstream.next({ kind: 'error', status: 500, body: '' });
    const answer = await send(lab.origin);
    expect([answer.status, answer.text]).toEqual([500, '']);
  });

  test('HTML of a proxy in between stays HTML', async () => {
    const body = '<html><h1>503</h1></html>';
    lab.upstream.next({ kind: 'error', status: 503, body, headers: { 'content-type': 'text/html' } });
    const answer = await send(lab.origin);
    expect([answer.status, answer.header('content-type'), answer.text]).toEqual([503, 'text/html', body]);
  });
});

test('the provider’s 401 becomes 502 with its body: the tool’s own key was right', async () => {
  lab.upstream.next({ kind: 'error', status: 401 });
  const answer = await send(lab.origin);
  expect(answer.status).toBe(502);
  expect(answer.error.code).toBe('invalid_api_key');
  expect(await lab.newRows()).toMatchObject([{ status: 502, error: 'upstream_401' }]);
});

describe('an error whose body never ends', () => {
  const HEAD = answerText(['500 Busy', 'content-type: application/json', 'transfer-encoding: chunked']);

  test('is told as far as it came in ten seconds, though there is no other way', async () => {
    const timers = new FakeTimers();
    const left = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const upstream = await startRawUpstream((socket) => {
      socket.on('close', () => {
        left.resolve(undefined);
      });
      socket.write(Buffer.concat([Buffer.from(HEAD), chunk('{"error":')]), () => {
        begun.resolve(undefined);
      });
    });
    const slow = await startLab({ account: { baseUrl: upstream.baseUrl }, runtime: { after: timers.after } });
    const before = timers.waiting;
    const answering = send(slow.origin);
    await begun.promise;
    await expect.poll(() => timers.waiting).toBeGreaterThan(before);
    timers.pass(10_000);
    const { status, text } = await answering;
    expect([status, text]).toEqual([500, '{"error":']);
    await left.promise;
    expect(await slow.newRows()).toMatchObject([{ status: 500, error: 'upstream_500' }]);
    await slow.close();
    await upstream.close();
  });

  test('is not read on once it is too long to be passed on', async () => {
    const piece = chunk(Buffer.alloc(64 * 1024, 'x'));
    const left = Promise.withResolvers<undefined>();
    const upstream = await startRawUpstream((socket) => {
      socket.on('close', () => {
        left.resolve(undefined);
      });
      const more = (): void => {
        if (!socket.destroyed) socket.write(piece, more);
      };
      socket.write(HEAD, more);
    });
    const endless = await startLab({ account: { baseUrl: upstream.baseUrl } });
    const { status, error } = await send(endless.origin);
    expect([status, error.code]).toEqual([502, 'upstream_unreachable']);
    await left.promise;
    await endless.close();
    await upstream.close();
  });
});

describe('the provider’s key is taken out of what quotes it', () => {
  test.each([400, 401, 403, 500])('in body and header of a %i', async (status) => {
    lab.upstream.next({ kind: 'error', status, quotesKey: true });
    const answer = await send(lab.origin);
    expect(answer.text).toContain('[key removed]');
    expect(answer.header('x-debug-key')).toBe('[key removed]');
    expect(JSON.stringify([answer.text, answer.header('x-debug-key')])).not.toContain(FAKE_KEY);
    expect(answer.header('content-length')).toBe(String(answer.body.length));
  });

  test.each<[string, (body: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('in a body coded with %s, which is sent on in the clear', async (coding, code) => {
    const body = code(Buffer.from(`{"error":{"message":"key ${FAKE_KEY} is wrong"}}`));
    lab.upstream.next({ kind: 'error', status: 400, body, headers: { 'content-encoding': coding } });
    const answer = await send(lab.origin);
    expect(answer.header('content-encoding')).toBeUndefined();
    expect(answer.error.message).toBe('key [key removed] is wrong');
  });

  test.each([
    ['percent-coded', encodeURIComponent(FAKE_KEY)],
    ['in base64', Buffer.from(FAKE_KEY).toString('base64')],
    ['in an Authorization header', `Bearer ${FAKE_KEY}`],
    ['twice', `${FAKE_KEY}${FAKE_KEY}`],
  ])('%s', async (_, quoted) => {
    lab.upstream.next({
      kind: 'error',
      status: 400,
      body: `{"error":{"message":"${quoted}"}}`,
      headers: { 'x-echo': quoted },
    });
    const answer = await send(lab.origin);
    expect(answer.text).not.toContain(quoted);
    expect(answer.text).not.toContain(FAKE_KEY);
    expect(answer.header('x-echo')).not.toContain(FAKE_KEY);
  });

  test('cut into single bytes', async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(answerText(['400 Bad Request', 'Content-Type: application/json', 'Transfer-Encoding: chunked']));
      for (const letter of `{"error":{"message":"${FAKE_KEY}"}}`) socket.write(chunk(letter));
      socket.write(chunk(''));
    });
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    const answer = await send(gateway.origin);
    expect(answer.error.message).toBe('[key removed]');
    await gateway.close();
    await upstream.close();
  });

  test.each<[string, Buffer, string]>([
    ['is coded in two layers', brotliCompressSync(gzipSync('{}')), 'gzip, br'],
    ['lies about its coding', Buffer.from(FAKE_KEY), 'gzip'],
    ['is coded in a way nobody knows', Buffer.from(FAKE_KEY), 'constructor'],
    ['is too long to be looked through', Buffer.alloc(600 * 1024, 'a'), 'identity'],
    ['becomes too long when decoded', gzipSync(Buffer.alloc(600 * 1024, 'a')), 'gzip'],
  ])('and a body that %s does not pass at all', async (_, body, coding) => {
    lab.upstream.next({ kind: 'error', status: 500, body, headers: { 'content-encoding': coding } });
    const answer = await send(lab.origin);
    expect(answer.status).toBe(502);
    expect(answer.error).toMatchObject({ type: 'upstream_error', code: 'upstream_unreachable' });
    expect(answer.error.message).toContain('answered 500');
    expect(answer.text).not.toContain(FAKE_KEY);
    expect(await lab.newRows()).toMatchObject([{ status: 502, error: 'upstream_unreachable' }]);
  });

  test('and the log of the data folder has never held it', async () => {
    lab.upstream.next({ kind: 'error', status: 401, quotesKey: true });
    await send(lab.origin);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(`${lab.gateway.home}/logs/tiergate.log`, 'utf8')).not.toContain(FAKE_KEY);
    expect(readFileSync(`${lab.gateway.home}/ledger.sqlite-wal`, 'latin1')).not.toContain(FAKE_KEY);
  });
});

test('an error that breaks off in the middle is a 502 in the gateway’s words', async () => {
  const upstream = await startRawUpstream((socket) => {
    socket.end(answerText(['500 Internal Server Error', 'Content-Length: 100'], '{"error":'));
  });
  const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
  const answer = await send(gateway.origin);
  expect(answer.status).toBe(502);
  expect(answer.error.code).toBe('upstream_unreachable');
  await gateway.close();
  await upstream.close();
});
