import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountAt, startGateway } from '../fakes/gateway.ts';
import { type Upstream, startUpstream } from '../fakes/upstream.ts';
import { type Lab, startLab } from './lab.ts';
import { answerText, chunk, startRawUpstream } from './raw-upstream.ts';
import { TURN, send } from './tool.ts';

/** What a tool and the ledger see of a provider that breaks: an error before the answer, a break in it, never a clean end. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(async () => {
  expect((await send(lab.origin)).status).toBe(200);
  expect(lab.gateway.runtime.status().openTurns).toBe(0);
});
afterAll(() => lab.close());

const STREAM = { body: { ...TURN, stream: true } };
const CHAT_STREAM = { path: '/v1/chat/completions', body: { model: 'm', messages: [], stream: true } };

describe('before an answer has begun, the tool gets 502 with the cause and what to check', () => {
  test('a connection that is reset', async () => {
    lab.upstream.next({ kind: 'reset' });
    const answer = await send(lab.origin);
    expect(answer.status).toBe(502);
    expect(answer.error).toMatchObject({ type: 'upstream_error', code: 'upstream_unreachable' });
    expect(answer.error.message).toContain('"lab"');
    expect(answer.error.message).toContain('base URL');
    expect(lab.upstream.requests).toHaveLength(1);
    expect(await lab.newRows()).toMatchObject([
      { status: 502, error: 'upstream_unreachable', account: 'lab', tiers: { sent: null }, partial: false },
    ]);
  });

  test.each([
    ['a port where nobody listens', 'http://127.0.0.1:1/v1', 'ECONNREFUSED'],
    ['a name that there is not', 'http://nowhere.invalid/v1', 'ENOTFOUND|EAI_AGAIN'],
    ['TLS where there is none', 'TLS', 'ERR_SSL|EPROTO|ECONNRESET|UND_ERR_SOCKET'],
  ])('%s', async (_, baseUrl, code) => {
    const at = baseUrl === 'TLS' ? lab.upstream.baseUrl.replace('http:', 'https:') : baseUrl;
    const gateway = await startGateway({ accounts: [accountAt(at)] });
    const answer = await send(gateway.origin);
    expect(answer.status).toBe(502);
    expect(answer.error.message).toMatch(new RegExp(code));
    expect(answer.error.message).toContain(at);
    expect(await gateway.turns()).toMatchObject([{ status: 502, error: 'upstream_unreachable' }]);
    await gateway.close();
  });

  test.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nx\x00y: 1\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['headers that end in the middle', 'HTTP/1.1 200 OK\r\nContent-Type: app'],
  ])('an upstream that says %s', async (_, said) => {
    const upstream = await startRawUpstream((socket) => socket.end(said));
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    const answer = await send(gateway.origin);
    expect(answer.status).toBe(502);
    expect(answer.error.code).toBe('upstream_unreachable');
    await gateway.close();
    await upstream.close();
  });

  test('an informational answer before the answer is not the answer', async () => {
    const body = '{"id":"resp_1"}';
    const upstream = await startRawUpstream((socket) =>
      socket.write(
        `${answerText(['103 Early Hints', 'Link: </x>'])}${answerText(['200 OK', `Content-Length: ${body.length}`], body)}`,
      ),
    );
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    const answer = await send(gateway.origin);
    expect([answer.status, answer.text]).toEqual([200, body]);
    await gateway.close();
    await upstream.close();
  });
});

describe('in the middle of an answer, the tool sees a broken connection and the row is partial', () => {
  test.each<[string, object, number, object]>([
    ['a Responses stream after some events', STREAM, 6, { responseId: expect.stringMatching(/^resp_/) as unknown }],
    ['a Responses stream before its first event', STREAM, 0, { responseId: null }],
    ['a Chat stream', CHAT_STREAM, 3, { responseId: expect.stringMatching(/^chatcmpl-/) as unknown }],
    ['a JSON body of announced length', {}, 100, { responseId: null }],
  ])('%s', async (_, call, cutAfter, facts) => {
    lab.upstream.next({ kind: 'answer', cutAfter });
    const answer = await send(lab.origin, call);
    expect({ status: answer.status, broken: answer.broken }).toEqual({ status: 200, broken: true });
    expect(await lab.newRows()).toMatchObject([
      { ...facts, status: 200, error: 'upstream_cut', partial: true, tokens: { input: null, output: null } },
    ]);
  });

  test('everything that came before the cut has reached the tool', async () => {
    lab.upstream.next({ kind: 'answer', cutAfter: 7, text: 'onetwosix', deltas: 3 });
    const answer = await send(lab.origin, STREAM);
    expect(answer.text).toContain('"six"');
    // After it comes the gateway’s own last event, which no reader can take for a good end.
    expect(answer.body.toString('utf8', lab.upstream.last.progress.bytes)).toMatch(
      /^event: response\.failed\n.*upstream_cut.*\n\n$/s,
    );
  });

  test('a coded stream', async () => {
    lab.upstream.next({ kind: 'answer', cutAfter: 6, coding: 'gzip' });
    expect((await send(lab.origin, STREAM)).broken).toBe(true);
    expect(await lab.newRows()).toMatchObject([{ error: 'upstream_cut', partial: true }]);
  });

  test('a Responses stream that ends cleanly without its terminal event, which would hide what is missing', async () => {
    lab.upstream.next({ kind: 'answer', terminal: 'none' });
    expect((await send(lab.origin, STREAM)).broken).toBe(true);
    expect(await lab.newRows()).toMatchObject([{ status: 200, error: 'upstream_cut', partial: true }]);
  });

  test('a stream that has no event at all', async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(answerText(['200 OK', 'Content-Type: text/event-stream', 'Transfer-Encoding: chunked']));
      socket.write(chunk(''));
    });
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    expect((await send(gateway.origin, STREAM)).broken).toBe(true);
    expect(await gateway.turns()).toMatchObject([{ error: 'upstream_cut', partial: true }]);
    await gateway.close();
    await upstream.close();
  });

  test('a chunked JSON body', async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(answerText(['200 OK', 'Content-Type: application/json', 'Transfer-Encoding: chunked']));
      socket.end(chunk('{"id":"resp_1",'));
    });
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    const answer = await send(gateway.origin);
    expect({ broken: answer.broken, text: answer.text }).toEqual({ broken: true, text: '{"id":"resp_1",' });
    expect(await gateway.turns()).toMatchObject([{ error: 'upstream_cut', partial: true }]);
    await gateway.close();
    await upstream.close();
  });
});

describe('a stream that says itself what went wrong may end', () => {
  const error = 'event: error\ndata: {"type":"error","error":{"code":"server_overloaded","message":"m"}}\n\n';
  test.each([
    ['an error event', error, 'server_overloaded'],
    ['an error event without a name', error.slice(error.indexOf('data:')), 'server_overloaded'],
  ])('%s', async (_, events, code) => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(answerText(['200 OK', 'Content-Type: text/event-stream', 'Transfer-Encoding: chunked']));
      socket.write(Buffer.concat([chunk(events), chunk('')]));
    });
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    const answer = await send(gateway.origin, STREAM);
    expect({ broken: answer.broken, text: answer.text }).toEqual({ broken: false, text: events });
    expect(await gateway.turns()).toMatchObject([{ status: 200, error: code, partial: true }]);
    await gateway.close();
    await upstream.close();
  });
});

test('a provider that is slow to answer is waited for', async () => {
  const until = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'stall', until: until.promise });
  const answered = send(lab.origin);
  await lab.upstream.requested(1);
  expect(lab.gateway.runtime.status().openTurns).toBe(1);
  until.resolve(undefined);
  expect((await answered).status).toBe(200);
});

describe('a redirect is never followed with a key', () => {
  let elsewhere: Upstream;
  beforeAll(async () => {
    elsewhere = await startUpstream();
  });
  afterAll(() => elsewhere.close());

  test.each([301, 302, 303, 307, 308] as const)('%i', async (status) => {
    lab.upstream.next({ kind: 'redirect', location: `${elsewhere.baseUrl}/responses`, status });
    const answer = await send(lab.origin);
    expect(answer.status).toBe(502);
    expect(answer.error.code).toBe('upstream_redirect');
    expect(answer.header('location')).toBeUndefined();
    expect(lab.upstream.requests).toHaveLength(1);
    expect(elsewhere.requests).toEqual([]);
    expect(await lab.newRows()).toMatchObject([{ status: 502, error: 'upstream_redirect' }]);
  });

  test('and frees the only slot of an account beside which there is another', async () => {
    const upstream = await startUpstream({ script: { kind: 'redirect', location: `${elsewhere.baseUrl}/responses` } });
    const account = (id: string) => accountAt(upstream.baseUrl, { id, concurrency: 1 });
    const gateway = await startGateway({ accounts: [account('one'), account('other')] });
    // More than there are slots.
    for (let count = 0; count < 4; count += 1)
      expect((await send(gateway.origin)).error.code).toBe('upstream_redirect');
    expect(gateway.runtime.status()).toMatchObject({
      openTurns: 0,
      accounts: [
        { id: 'one', openTurns: 0 },
        { id: 'other', openTurns: 0 },
      ],
    });
    await gateway.close();
    await upstream.close();
  });
});
