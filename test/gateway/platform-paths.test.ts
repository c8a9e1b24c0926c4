import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountAt } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { type Call, answerTo, dialOpen, send } from './tool.ts';

/** Embeddings, images, audio, files and batches: each path by name, everything judged and recorded. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterAll(() => lab.close());

const BARE: Call['headers'] = { 'content-type': undefined };
const bare = (method: string, path: string): Call => ({
  method,
  path,
  body: '',
  headers: { ...BARE, 'content-length': undefined },
});

describe('JSON endpoints', () => {
  test.each([
    ['/v1/embeddings', { input: 7, output: null }],
    ['/v1/images/generations', { input: 5, output: 9 }],
    ['/v1/images/edits', { input: null, output: null }],
    ['/v1/audio/speech', { input: null, output: null }],
    ['/v1/batches', { input: null, output: null }],
  ])('%s is judged and recorded', async (path, tokens) => {
    const body = { model: 'm', input: 'x', speed: 1.5 };
    for (const one of [path, path.slice(3)]) {
      expect((await send(lab.origin, { path: one, body: { ...body, service_tier: 'priority' } })).status).toBe(200);
      expect(lab.upstream.last.path).toBe(path);
      expect(lab.upstream.last.json).toEqual(body);
    }
    const row = {
      dialect: 'platform',
      route: path.slice(3),
      verdict: 'filter',
      tiers: { requested: 'priority', sent: null },
      tokens,
    };
    expect(await lab.newRows()).toMatchObject([row, row]);
  });

  test('speech comes down as it is', async () => {
    const answer = await send(lab.origin, { path: '/v1/audio/speech', body: { model: 'tts', input: 'x', voice: 'a' } });
    expect([answer.header('content-type'), [...answer.body]]).toEqual(['audio/mpeg', [0xff, 0xf3, 0x44, 0xc4]]);
    expect(await lab.newRows()).toMatchObject([{ error: null, partial: false }]);
  });

  test('compaction is a Responses turn', async () => {
    await send(lab.origin, { path: '/v1/responses/compact', body: { model: 'm', input: 'x', service_tier: 'fast' } });
    expect(lab.upstream.last.json).toEqual({ model: 'm', input: 'x' });
    expect(await lab.newRows()).toMatchObject([
      { dialect: 'responses', route: '/responses/compact', tokens: { input: 120 } },
    ]);
  });
});

describe('endpoints without a body', () => {
  test.each([
    ['GET', '/v1/files?limit=1'],
    ['GET', '/v1/files/file-abc'],
    ['DELETE', '/v1/files/file-abc'],
    ['GET', '/v1/files/file-abc/content'],
    ['GET', '/v1/batches'],
    ['GET', '/v1/batches/batch_1'],
    ['POST', '/v1/batches/batch_1/cancel'],
  ])('%s %s', async (method, path) => {
    const answer = await send(lab.origin, bare(method, path));
    expect(answer.status).toBe(200);
    const { last } = lab.upstream;
    expect([last.method, last.path, last.body.length]).toEqual([method, path, 0]);
    expect(await lab.newRows()).toMatchObject([{ dialect: 'platform', status: 200 }]);
    expect(lab.upstream.violations).toEqual([]);
  });

  test('a body there is refused, since nothing would judge it', async () => {
    for (const call of [
      { method: 'GET', path: '/v1/files', body: '{"service_tier":"priority"}' },
      { method: 'POST', path: '/v1/batches/b/cancel', body: '{"service_tier":"priority"}' },
      {
        method: 'DELETE',
        path: '/v1/files/f',
        body: 'x',
        headers: { 'transfer-encoding': 'chunked', 'content-length': undefined },
      },
    ]) {
      const answer = await send(lab.origin, call);
      expect([answer.status, answer.error.code]).toEqual([400, 'body_unexpected']);
    }
    expect(lab.upstream.requests).toEqual([]);
  });

  test.each([
    '/v1/files/',
    '/v1/files/..',
    '/v1/files/a%2fb',
    '/v1/files/a/b',
    '/v1/files/{id}',
    '/v1/batches/a/b/cancel',
    '/v1/files/.hidden',
  ])('%s is no path', async (path) => {
    expect((await send(lab.origin, bare('GET', path))).status).toBe(404);
    expect(lab.upstream.requests).toEqual([]);
  });
});

const form = (...parts: readonly string[]): string =>
  `${parts.map((part) => `--XyZ\r\n${part}\r\n`).join('')}--XyZ--\r\n`;
const field = (name: string, value: string): string => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
const FILE = `Content-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n${'sound'.repeat(20_000)}`;
const FORM: Call['headers'] = { 'content-type': 'multipart/form-data; boundary=XyZ' };

describe('forms', () => {
  test.each([
    '/v1/audio/transcriptions',
    '/v1/audio/translations',
    '/v1/images/edits',
    '/v1/images/variations',
    '/v1/files',
  ])('%s streams up as it came', async (path) => {
    const body = form(field('model', 'whisper-1'), FILE, field('language', 'de'));
    const answer = await send(lab.origin, { path, body, headers: FORM });
    expect(answer.status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(body);
    expect(lab.upstream.last.header('content-type')).toEqual(['multipart/form-data; boundary=XyZ']);
    expect(lab.upstream.violations).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      { dialect: 'platform', route: path.slice(3), models: { requested: 'whisper-1' }, status: 200 },
    ]);
  });

  test('begins to go up before it has come whole', async () => {
    const request = dialOpen(lab.origin, { path: '/v1/files', headers: { ...FORM, 'transfer-encoding': 'chunked' } });
    const body = form(FILE);
    request.write(body.slice(0, 60_000));
    await expect.poll(() => lab.upstream.open).toBe(1);
    request.end(body.slice(60_000));
    expect((await (await answerTo(request)).whole()).status).toBe(200);
    expect(lab.upstream.last.body.toString()).toBe(body);
  });

  test.each([
    ['a part named service_tier', form(FILE, field('service_tier', 'priority')), 'part_policed'],
    ['a part named so in other words', form(field('service%5ftier', 'priority')), 'part_policed'],
    ['a hidden boundary', form(field('a', `x\n--XyZ\r\n${field('service_tier', 'priority')}`)), 'form_invalid'],
    ['no end', form(FILE).slice(0, -8), 'form_invalid'],
  ])('with %s never reaches the provider whole', async (_, body, code) => {
    const answer = await send(lab.origin, { path: '/v1/audio/transcriptions', body, headers: FORM });
    expect([answer.status, answer.error.code]).toEqual([400, code]);
    await lab.upstream.idle();
    expect(lab.upstream.requests.filter(({ complete }) => complete)).toEqual([]);
    for (const { body: received } of lab.upstream.requests) expect(received.toString()).not.toContain('priority');
    expect(await lab.newRows()).toMatchObject([{ status: 400, error: code }]);
  });

  test.each<[string, Call['headers'], number]>([
    ['JSON where a form belongs', {}, 415],
    ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 400],
    ['a form with two', { 'content-type': 'multipart/form-data; boundary=a; boundary=b' }, 400],
    ['a coded form', { ...FORM, 'content-encoding': 'gzip' }, 415],
  ])('%s is refused', async (_, headers = {}, status) => {
    expect((await send(lab.origin, { path: '/v1/files', body: form(FILE), headers })).status).toBe(status);
    expect(lab.upstream.requests).toEqual([]);
  });

  test.each(['/v1/responses', '/v1/chat/completions', '/v1/embeddings'])('a form on %s is refused', async (path) => {
    expect((await send(lab.origin, { path, body: form(field('model', 'm')), headers: FORM })).status).toBe(415);
  });
});

test('what runs no model is neither without a price nor of a model', async () => {
  const before = await lab.gateway.client.call('prices.unpriced');
  await send(lab.origin, bare('GET', '/v1/files/file-abc'));
  await send(lab.origin, { path: '/v1/files', body: form(FILE), headers: FORM });
  const free = { cost: { total: 0 }, costBasis: 'money', models: { requested: null, upstream: null } };
  expect(await lab.newRows()).toMatchObject([free, free]);
  expect(await lab.gateway.client.call('prices.unpriced')).toEqual(before);
});

test('what belongs to Anthropic goes there', async () => {
  const other = await startLab({ account: { provider: 'anthropic', id: 'claude' }, settings: {} });
  const both = await startLab({
    settings: {
      accounts: [
        accountAt(lab.upstream.baseUrl),
        accountAt(other.upstream.baseUrl, { id: 'claude', provider: 'anthropic' }),
      ],
    },
  });
  await send(both.origin, bare('GET', '/v1/files'));
  expect([lab.upstream.requests.length, other.upstream.requests.length]).toEqual([1, 0]);
  await send(both.origin, { ...bare('GET', '/v1/files'), headers: { ...BARE, 'anthropic-version': '2023-06-01' } });
  expect([lab.upstream.requests.length, other.upstream.requests.length]).toEqual([1, 1]);
  await send(both.origin, { path: '/v1/messages', body: { model: 'claude', max_tokens: 1, messages: [] } });
  expect(other.upstream.last.path).toBe('/v1/messages');
  await both.close();
  await other.close();
});

describe('a Chat stream that did not ask for usage', () => {
  test('has its usage recorded and does not see it', async () => {
    const body = '{"model":"gpt-5.5","stream":true,"messages":[]}';
    const answer = await send(lab.origin, { path: '/v1/chat/completions', body });
    expect(lab.upstream.last.json).toMatchObject({ stream_options: { include_usage: true } });
    expect(answer.text).not.toContain('prompt_tokens');
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await lab.newRows()).toMatchObject([{ tokens: { input: 120, output: 40 }, partial: false }]);
  });

  test('and one that did sees it', async () => {
    const body = { model: 'gpt-5.5', stream: true, stream_options: { include_usage: true }, messages: [] };
    expect((await send(lab.origin, { path: '/v1/chat/completions', body })).text).toContain('prompt_tokens');
    expect(lab.upstream.last.body.toString()).toBe(JSON.stringify(body));
  });
});
