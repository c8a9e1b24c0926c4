import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { type Upstream, startUpstream } from '../fakes/upstream.ts';
import { type Call, type WholeAnswer, answerTo, dialOpen, send } from './tool.ts';

/** A form's model is mapped like any other, also where it comes after the file; and no file is ever held for it. */
let upstream: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream();
  const account = (id: string, more: object) => accountAt(upstream.baseUrl, { id, ...more });
  gateway = await startGateway({
    accounts: [
      account('speech', { priority: 1, modelMapping: { ears: 'whisper-1-large', 'gpt-4o-*': '*' } }),
      account('pictures', { priority: 2, modelMapping: { eyes: 'gpt-image-2' } }),
    ],
  });
});
beforeEach(async () => {
  await gateway.client.call('policy.set', { policy: { rules: DEFAULT_POLICY.rules } });
  upstream.reset();
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const form = (...parts: readonly string[]): string =>
  `${parts.map((part) => `--XyZ\r\n${part}\r\n`).join('')}--XyZ--\r\n`;
const field = (name: string, value: string): string => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
const FILE = `Content-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n${'sound'.repeat(40_000)}`;
const FORM: Call['headers'] = { 'content-type': 'multipart/form-data; boundary=XyZ' };
const PATH = '/v1/audio/transcriptions';

const upload = (body: string): Promise<WholeAnswer> => send(gateway.origin, { path: PATH, body, headers: FORM });
const newest = async (): Promise<unknown> => (await gateway.turns()).at(-1);

describe('a model before the file', () => {
  test('goes up by the account’s name for it, and the announced length is what comes', async () => {
    expect((await upload(form(field('language', 'de'), field('model', 'ears'), FILE))).status).toBe(200);
    const { last } = upstream;
    expect(last.body.toString()).toBe(form(field('language', 'de'), field('model', 'whisper-1-large'), FILE));
    expect(last.header('content-length')).toEqual([String(last.body.length)]);
    expect(await newest()).toMatchObject({
      account: 'speech',
      models: { requested: 'ears', upstream: 'whisper-1-large' },
      status: 200,
    });
  });

  test('chooses the account', async () => {
    expect((await upload(form(field('model', 'eyes'), FILE))).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(form(field('model', 'gpt-image-2'), FILE));
    expect(await newest()).toMatchObject({ account: 'pictures', models: { upstream: 'gpt-image-2' } });
  });

  test('that keeps its name goes up as it came', async () => {
    const body = form(field('model', 'gpt-4o-transcribe'), FILE);
    expect((await upload(body)).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(body);
    expect(upstream.last.header('content-length')).toEqual([String(body.length)]);
  });

  test('that no account serves is refused before anything goes up', async () => {
    const answer = await upload(form(field('model', 'tts-1'), FILE));
    expect([answer.status, answer.error.code]).toEqual([400, 'model_not_served']);
    expect(upstream.requests).toEqual([]);
    expect(await newest()).toMatchObject({ models: { requested: 'tts-1' }, sentAt: null, error: 'model_not_served' });
  });

  test.each([
    ['is named twice', form(field('model', 'ears'), field('model', 'eyes'), FILE)],
    ['is named twice in other letters', form(field('model', 'ears'), field('Model', 'eyes'), FILE)],
    ['has a name that is not plain', form(field('model', 'e\u00e4rs'), FILE)],
    ['has a long name', form(field('model', 'e'.repeat(300)), FILE)],
  ])('that %s is refused, and the form never is whole', async (_, body) => {
    const answer = await upload(body);
    expect([answer.status, answer.error.code]).toEqual([400, 'form_invalid']);
    await upstream.idle();
    expect(upstream.requests.filter(({ complete }) => complete)).toEqual([]);
    for (const { body: received } of upstream.requests) expect(received.toString()).not.toMatch(/ears|eyes|eee/);
  });

  test('is judged before anything goes up', async () => {
    await gateway.client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'missing', action: 'block', models: ['whisper-*'], fallbackAction: 'pass' }] },
    });
    const answer = await upload(form(field('model', 'ears'), FILE));
    expect([answer.status, answer.error.code]).toEqual([403, 'policy_violation']);
    expect(upstream.requests).toEqual([]);
    expect((await upload(form(field('model', 'eyes'), FILE))).status).toBe(200);
  });

  test('is known before the file has come', async () => {
    const body = form(field('model', 'ears'), FILE);
    const request = dialOpen(gateway.origin, { path: PATH, headers: { ...FORM, 'transfer-encoding': 'chunked' } });
    request.write(body.slice(0, 100_000));
    await expect.poll(() => upstream.open).toBe(1);
    request.end(body.slice(100_000));
    expect((await (await answerTo(request)).whole()).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(form(field('model', 'whisper-1-large'), FILE));
  });

  test('may come letter by letter', async () => {
    const body = form(field('model', 'ears'), field('language', 'de'));
    const request = dialOpen(gateway.origin, { path: PATH, headers: { ...FORM, 'content-length': body.length } });
    for (const letter of body) await new Promise((resolve) => request.write(letter, resolve));
    request.end();
    expect((await (await answerTo(request)).whole()).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(form(field('model', 'whisper-1-large'), field('language', 'de')));
  });

  test('of a tool that leaves before it is whole goes nowhere', async () => {
    const before = (await gateway.turns()).length;
    const request = dialOpen(gateway.origin, { path: PATH, headers: { ...FORM, 'transfer-encoding': 'chunked' } });
    request.on('error', () => undefined);
    await new Promise((resolve) => request.write('--XyZ\r\nContent-Disposition: form-data; name="mod', resolve));
    request.destroy();
    await expect.poll(async () => (await gateway.turns()).slice(before)).toMatchObject([{ partial: true }]);
    expect(upstream.requests).toEqual([]);
  });
});

describe('a model after the file', () => {
  test('goes up by the account’s name for it, without a length that it would belie', async () => {
    expect((await upload(form(FILE, field('model', 'ears'), field('language', 'de')))).status).toBe(200);
    const { last } = upstream;
    expect(last.body.toString()).toBe(form(FILE, field('model', 'whisper-1-large'), field('language', 'de')));
    expect([last.header('content-length'), last.header('transfer-encoding')]).toEqual([[], ['chunked']]);
    expect(await newest()).toMatchObject({
      account: 'speech',
      models: { requested: 'ears', upstream: 'whisper-1-large' },
      verdict: 'pass',
      status: 200,
    });
  });

  test('that the chosen account does not serve is refused by name, and the form never is whole', async () => {
    const answer = await upload(form(FILE, field('model', 'eyes')));
    expect([answer.status, answer.error.code]).toEqual([400, 'form_model_late']);
    expect(answer.text).toContain('eyes (speech)');
    await upstream.idle();
    for (const { complete, body } of upstream.requests)
      expect([complete, body.includes('eyes')]).toEqual([false, false]);
    expect(await newest()).toMatchObject({ models: { requested: 'eyes' }, status: 400, error: 'form_model_late' });
  });

  test('is judged when it comes', async () => {
    await gateway.client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'missing', action: 'block', models: ['whisper-*'], fallbackAction: 'pass' }] },
    });
    const answer = await upload(form(FILE, field('model', 'ears')));
    expect([answer.status, answer.error.code]).toEqual([403, 'policy_violation']);
    await upstream.idle();
    for (const { complete, body } of upstream.requests)
      expect([complete, body.includes('whisper')]).toEqual([false, false]);
    expect(await newest()).toMatchObject({ verdict: 'block', error: 'policy_violation' });
  });

  test('after a small file, which comes in one piece with it, is no different', async () => {
    const small = 'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nx';
    expect((await upload(form(small, field('model', 'ears')))).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(form(small, field('model', 'whisper-1-large')));
  });

  test('or after a long field', async () => {
    const prompt = field('prompt', 'x'.repeat(100_000));
    expect((await upload(form(prompt, field('model', 'ears'), FILE))).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(form(prompt, field('model', 'whisper-1-large'), FILE));
  });
});

test('a file that is uploaded for no model has the length that was announced', async () => {
  const body = form(FILE, field('purpose', 'user_data'));
  expect((await send(gateway.origin, { path: '/v1/files', body, headers: FORM })).status).toBe(200);
  expect(upstream.last.body.toString()).toBe(body);
  expect(upstream.last.header('content-length')).toEqual([String(body.length)]);
});

test('without a mapping a form goes up byte for byte with its length, wherever the model stands', async () => {
  const plain = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
  for (const body of [form(FILE, field('model', 'whisper-1')), form(field('model', 'whisper-1'), FILE)]) {
    expect((await send(plain.origin, { path: PATH, body, headers: FORM })).status).toBe(200);
    expect(upstream.last.body.toString()).toBe(body);
    expect(upstream.last.header('content-length')).toEqual([String(body.length)]);
  }
  expect(await plain.turns()).toMatchObject(
    Array.from({ length: 2 }, () => ({ models: { requested: 'whisper-1', upstream: 'whisper-1' } })),
  );
  await plain.close();
});

describe('a dear tier in the headers of a form whose model comes after its file', () => {
  const tiers = {
    'x-codex-routing-hint': 'model=ears;tier=priority',
    'anthropic-beta': 'files-1,fast-mode-2026-02-01',
  };
  const late = (): Promise<WholeAnswer> =>
    send(gateway.origin, { path: PATH, body: form(FILE, field('model', 'ears')), headers: { ...FORM, ...tiers } });

  test.each([
    ['filter', 200],
    ['block', 403],
    ['pass', 200],
  ])('has not left when a rule for that model says %s', async (action, status) => {
    await gateway.client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'priority', action, models: ['whisper-*'], fallbackAction: 'pass' }] },
    });
    expect((await late()).status).toBe(status);
    await upstream.idle();
    for (const request of upstream.requests) {
      expect(request.header('x-codex-routing-hint').join()).not.toContain('tier');
      expect(request.header('anthropic-beta')).toEqual(['files-1']);
    }
    expect(await newest()).toMatchObject({ tiers: { requested: 'priority', sent: null }, verdict: action });
  });
});
