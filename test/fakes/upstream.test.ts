import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FAKE_KEY, type Upstream, startUpstream } from './upstream.ts';

let upstream: Upstream;

beforeEach(async () => {
  upstream = await startUpstream();
});

afterEach(async () => {
  await upstream.close();
});

function post(body: unknown, path = '/responses', init: RequestInit = {}): Promise<Response> {
  return fetch(`${upstream.baseUrl}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    redirect: 'manual',
    ...init,
    headers: {
      authorization: `Bearer ${FAKE_KEY}`,
      'content-type': 'application/json',
      ...(init.headers as Record<string, string>),
    },
  });
}

/** The chunks of an answer as the HTTP parser hands them out, which is how they were written. */
async function chunks(body: unknown): Promise<Buffer[]> {
  const request = httpRequest(`${upstream.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FAKE_KEY}` },
  });
  request.end(JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  response.on('data', (piece: Buffer) => pieces.push(piece));
  await once(response, 'end');
  return pieces;
}

function eventsOf(text: string): Record<string, unknown>[] {
  return [...text.matchAll(/^data: (\{.*\})\r?$/gm)].map(
    ([, data]) => JSON.parse(data ?? '') as Record<string, unknown>,
  );
}

const streamed = { model: 'gpt-5.5', stream: true, service_tier: 'flex', input: 'hi' };

describe('answers', () => {
  test('a Responses answer in one piece carries model, served tier, usage and the provider’s headers', async () => {
    upstream.next({
      kind: 'answer',
      tier: 'default',
      usage: { input: 9, cached: 3, cacheWrite: 2, output: 5, reasoning: 1 },
    });
    const response = await post({ model: 'gpt-5.5', service_tier: 'priority' });
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    expect(response.headers.get('openai-model')).toBe('gpt-5.5');
    expect(response.headers.get('x-codex-turn-state')).toBe('turn-state-0');
    expect(await response.json()).toMatchObject({
      object: 'response',
      status: 'completed',
      model: 'gpt-5.5',
      service_tier: 'default',
      usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 3, cache_write_tokens: 2 }, total_tokens: 14 },
    });
  });

  test('a Responses stream has the provider’s events in order, numbered, with the usage in the last', async () => {
    upstream.next({ kind: 'answer', deltas: 3 });
    const events = eventsOf(await (await post(streamed)).text());
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...Array.from({ length: 3 }, () => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
    expect(events.at(-1)).toMatchObject({
      response: { service_tier: 'flex', usage: { input_tokens: 120, output_tokens: 40 } },
    });
  });

  test('a chat stream ends with the usage only when the request asks for it, then [DONE]', async () => {
    const plain = await (await post(streamed, '/chat/completions')).text();
    expect(plain).toMatch(/data: \[DONE\]\n\n$/);
    expect(plain).not.toContain('prompt_tokens');
    const counted = await post({ ...streamed, stream_options: { include_usage: true } }, '/chat/completions');
    expect(eventsOf(await counted.text()).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 120 },
      service_tier: 'flex',
    });
  });

  test.for([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ] as const)('an answer coded %s is coded so', async ([coding, decode]) => {
    upstream.always({ kind: 'answer', coding });
    for (const stream of [false, true]) {
      const pieces = await chunks({ ...streamed, stream });
      expect(decode(Buffer.concat(pieces)).toString()).toContain('completed');
    }
  });

  test('events can be cut at every byte, end their lines with CRLF and have no names', async () => {
    upstream.next({ kind: 'answer', writes: 'bytes', lineEnd: '\r\n', eventNames: false });
    const pieces = await chunks(streamed);
    expect(pieces.every((piece) => piece.length === 1)).toBe(true);
    const text = Buffer.concat(pieces).toString();
    expect(text).not.toContain('event:');
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(eventsOf(text).at(-1)).toMatchObject({ type: 'response.completed' });
  });
});

describe('faults', () => {
  test('a status comes with its headers and the provider’s own body, which can quote the key', async () => {
    upstream.next(
      { kind: 'error', status: 429, headers: { 'retry-after': '7' } },
      { kind: 'error', status: 401, quotesKey: true },
    );
    const limited = await post({});
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await limited.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    expect(await (await post({})).text()).toContain(FAKE_KEY);
  });

  test('a reset, a cut stream and a cut body are errors to the client, and a stream without its terminal event is not', async () => {
    upstream.next({ kind: 'reset' });
    await expect(post(streamed)).rejects.toThrow();
    upstream.next({ kind: 'answer', cutAfter: 5 });
    const cut = await post(streamed);
    await expect(cut.text()).rejects.toThrow();
    expect(upstream.last.progress.events).toBe(5);
    upstream.next({ kind: 'answer', cutAfter: 40 });
    await expect((await post({ model: 'm' })).text()).rejects.toThrow();
    upstream.next({ kind: 'answer', terminal: 'none' });
    expect(await (await post(streamed)).text()).not.toContain('response.completed');
    expect(upstream.closedEarly).toBe(0);
  });

  test('a stall lasts until it is released', async () => {
    const stalled = Promise.withResolvers<undefined>();
    upstream.next({ kind: 'stall', until: stalled.promise });
    const answer = post({ model: 'm' });
    await upstream.requested(1);
    expect(upstream.open).toBe(1);
    stalled.resolve(undefined);
    expect((await answer).status).toBe(200);
    await upstream.idle();
  });

  test('a redirect names its target', async () => {
    upstream.next({ kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' });
    const response = await post({});
    expect([response.status, response.headers.get('location')]).toEqual([307, 'http://127.0.0.1:9/elsewhere']);
  });
});

describe('what it notices', () => {
  test('a client that leaves in mid-stream is counted, and the answer stops', async () => {
    const gate = Promise.withResolvers<undefined>();
    const leave = new AbortController();
    upstream.next({ kind: 'answer', pause: (event) => (event === 3 ? gate.promise : undefined) });
    const response = await post(streamed, '/responses', { signal: leave.signal });
    await response.body?.getReader().read();
    leave.abort();
    await upstream.left(1);
    expect([upstream.open, upstream.last.outcome]).toEqual([0, 'left']);
    gate.resolve(undefined);
    await upstream.idle();
    expect(upstream.last.progress.events).toBe(3);
  });

  test('a client that leaves before the headers, or inside its own body, is counted too', async () => {
    const leave = new AbortController();
    upstream.next({ kind: 'stall', until: Promise.withResolvers<undefined>().promise });
    const answer = post({}, '/responses', { signal: leave.signal });
    await upstream.requested(1);
    leave.abort();
    await expect(answer).rejects.toThrow();
    await upstream.left(1);
    const socket = connect(upstream.port, '127.0.0.1');
    socket.write(`POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model"`);
    await once(upstream.server, 'request');
    socket.destroy();
    await upstream.left(2);
    expect([upstream.open, upstream.last.complete, upstream.last.body.toString()]).toEqual([0, false, '{"model"']);
  });

  test('bytes, path, header order and letter case are kept as they came', async () => {
    const socket = connect(upstream.port, '127.0.0.1');
    const body = '{"model":"m", "big":12345678901234567890}';
    const head = [`Host: 127.0.0.1:${upstream.port}`, `Authorization: Bearer ${FAKE_KEY}`, 'X-Odd: a', 'x-odd: b'];
    socket.write(
      `POST /v1/responses?x=%2f HTTP/1.1\r\n${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await upstream.requested(1);
    const { path, headers, header, ...rest } = {
      path: upstream.last.path,
      headers: upstream.last.headers,
      header: upstream.last.header('X-ODD'),
      body: upstream.last.body.toString(),
    };
    expect({ path, header, ...rest }).toEqual({ path: '/v1/responses?x=%2f', header: ['a', 'b'], body });
    expect(headers.map(([name]) => name)).toEqual(['Host', 'Authorization', 'X-Odd', 'x-odd', 'Content-Length']);
    expect(upstream.violations).toEqual([]);
    socket.destroy();
  });

  test.for<[name: string, headers: Record<string, string>, what: string]>([
    ['another key', { authorization: 'Bearer sk-other' }, 'does not hold the provider key'],
    ['a second credential', { 'x-api-key': FAKE_KEY }, '2 credential headers'],
    ['a local key', { 'x-note': 'key=tg-abcdefgh' }, 'a local key in the header x-note'],
    ['a local key in base64', { 'x-note': btoa('user:tg-abcdefabcdef') }, 'a local key in the header x-note'],
    ['a forwarding header', { 'x-forwarded-for': '10.0.0.1' }, 'x-forwarded-for came through'],
    ['a cookie', { cookie: 'a=b' }, 'cookie came through'],
    ['a header of the gateway', { 'x-tiergate-turn': '1' }, 'x-tiergate-turn came through'],
    ['a header of one hop', { te: 'trailers' }, 'te came through'],
  ])('%s is a violation', async ([, headers, what]) => {
    const request = httpRequest(`${upstream.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${FAKE_KEY}`, ...headers },
    });
    request.end('{}');
    await once(request, 'response');
    expect(upstream.violations.join()).toContain(what);
    request.destroy();
  });

  test('a tier is found by any reader, in the body and beside it', async () => {
    await post({ model: 'm', service_tier: 'flex' });
    expect(await upstream.leaks(['priority'])).toEqual([]);
    const twice = `{"service_tier":" Fa\\u017ft","service_tier":null}`;
    await post(null, '/responses?service_tier=fast', {
      body: twice,
      headers: { 'x-codex-routing-hint': 'model=m;tier=PRIORITY' },
    });
    const leaks = await upstream.leaks(['priority']);
    expect(leaks).toContain('request 1: go sees " Faſt" in the body');
    expect(leaks).toContain('request 1: gjson sees " Faſt" in the body');
    expect(leaks.join()).toContain('x-codex-routing-hint says');
    expect(leaks.join()).toContain('the query says');
  });
});
