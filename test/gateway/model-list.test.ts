import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountAt, writeSettings } from '../fakes/gateway.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { type Lab, type LabOptions, startLab } from './lab.ts';
import { type WholeAnswer, send } from './tool.ts';

/** Questions for models: the upstream's answer as the account's mapping and the policy have it, or the copy of its last. */
let lab: Lab;
const more: Lab[] = [];

beforeEach(async () => {
  lab = await startLab();
});
afterEach(async () => {
  for (const one of [lab, ...more.splice(0)]) await one.close();
});

async function another(options: LabOptions): Promise<Lab> {
  const one = await startLab(options);
  more.push(one);
  return one;
}

async function get(at: Lab, path: string, headers: Record<string, string> = {}): Promise<WholeAnswer> {
  return send(at.origin, {
    method: 'GET',
    path,
    body: '',
    headers: { 'content-type': undefined, 'content-length': undefined, ...headers },
  });
}

function idsIn({ text }: WholeAnswer): string[] {
  const { data } = JSON.parse(text) as { data: readonly { id: string }[] };
  return data.map(({ id }) => id);
}

const LIST = JSON.stringify({
  object: 'list',
  data: ['gpt-5.5', 'gpt-5.4', 'text-embedding-3-small'].map((id) => ({ id, object: 'model', owned_by: 'openai' })),
});

describe('the upstream’s list', () => {
  test('passes byte for byte, without a row, and nothing that asks for a tier goes up with the question', async () => {
    lab.upstream.next({ kind: 'answer', body: LIST });
    const answer = await get(lab, '/v1/models?service_tier=priority&limit=3', {
      'x-codex-routing-hint': 'model=gpt-5.5;tier=priority',
      'anthropic-beta': 'fast-mode-2026-02-01,other-2026',
      'if-none-match': '"mine"',
    });
    expect([answer.status, answer.text, answer.header('x-tiergate-copy')]).toEqual([200, LIST, undefined]);
    const { last } = lab.upstream;
    expect([last.method, last.path]).toEqual(['GET', '/v1/models?limit=3']);
    expect([last.header('x-codex-routing-hint'), last.header('if-none-match')]).toEqual([[], []]);
    expect(last.header('anthropic-beta')).toEqual(['other-2026']);
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
    expect(lab.upstream.violations).toEqual([]);
    expect(await lab.newRows()).toEqual([]);
  });

  test('is asked for each time, and its tag spares the body', async () => {
    lab.upstream.always({ kind: 'answer', body: LIST, headers: { etag: 'W/"u1"' } });
    expect((await get(lab, '/v1/models')).header('etag')).toBe('W/"u1"');
    const again = await get(lab, '/models', { 'if-none-match': '"old", "u1"' });
    expect([again.status, again.body.length, again.header('etag')]).toEqual([304, 0, 'W/"u1"']);
    expect(lab.upstream.requests.length).toBe(2);
  });

  test('is without what the mapping does not serve, and with the names it adds', async () => {
    const mapped = await another({
      account: { modelMapping: { 'gpt-5*': '*', small: 'gpt-5.4', 'gpt-5.5-fast': 'gpt-5.5', gone: 'gpt-1' } },
    });
    mapped.upstream.always({ kind: 'answer', body: LIST });
    // The alias for Fast is not offered, since the policy would not let it run.
    expect(idsIn(await get(mapped, '/v1/models'))).toEqual(['gpt-5.5', 'gpt-5.4', 'small']);
  });

  test('offers an alias for Fast where Fast may run', async () => {
    const mapped = await another({
      account: { modelMapping: { '*': '*', 'gpt-5.5-fast': 'gpt-5.5' } },
      settings: { policy: { rules: [] } },
    });
    mapped.upstream.always({ kind: 'answer', body: LIST });
    expect(idsIn(await get(mapped, '/v1/models'))).toContain('gpt-5.5-fast');
  });

  test('has each model under the name that the tool knows', async () => {
    const mapped = await another({ account: { modelMapping: { mine: 'gpt-5.5' } } });
    const answer = await get(mapped, '/v1/models/mine');
    expect(JSON.parse(answer.text)).toMatchObject({ id: 'mine', object: 'model' });
    expect(mapped.upstream.last.path).toBe('/v1/models/gpt-5.5');
    const other = await get(mapped, '/v1/models/other');
    expect([other.status, other.error.code]).toEqual([400, 'model_not_served']);
  });

  test('comes from Anthropic where the tool speaks to Anthropic', async () => {
    const claude = await another({ account: { id: 'claude', provider: 'anthropic' } });
    const both = await another({
      settings: {
        accounts: [
          accountAt(lab.upstream.baseUrl),
          accountAt(claude.upstream.baseUrl, { id: 'claude', provider: 'anthropic' }),
        ],
      },
    });
    await get(both, '/v1/models', { 'anthropic-version': '2023-06-01' });
    expect([lab.upstream.requests.length, claude.upstream.requests.length]).toEqual([0, 1]);
    expect(claude.upstream.last.header('x-api-key').length).toBe(1);
    await get(both, '/v1/models');
    expect([lab.upstream.requests.length, claude.upstream.requests.length]).toEqual([1, 1]);
  });
});

describe('the copy', () => {
  test.each([
    ['breaks off', { kind: 'reset' }],
    ['fails', { kind: 'error', status: 503 }],
    ['is too busy', { kind: 'error', status: 429 }],
    ['takes no key', { kind: 'error', status: 401 }],
    ['answers with a page', { kind: 'answer', body: '<html>' }],
  ] as const)('answers where the upstream %s, and says of when it is', async (_, script) => {
    const without = await get(lab, '/v1/models/unseen');
    expect(without.status).toBe(200);
    lab.upstream.next({ kind: 'answer', body: LIST });
    await get(lab, '/v1/models');
    lab.upstream.always(script);
    const before = Date.now();
    const answer = await get(lab, '/v1/models');
    expect([answer.status, answer.text]).toEqual([200, LIST]);
    const at = Date.parse(answer.header('x-tiergate-copy') ?? '');
    expect(Math.abs(before - at)).toBeLessThan(60_000);
    // Nothing of it is held against the account: the next turn goes out as ever.
    lab.upstream.always({ kind: 'answer' });
    expect((await send(lab.origin)).status).toBe(200);
  });

  test('is of the same question only; without one the upstream’s own words go through', async () => {
    lab.upstream.next({ kind: 'answer', body: LIST });
    await get(lab, '/v1/models');
    lab.upstream.always({ kind: 'error', status: 503, quotesKey: true });
    const answer = await get(lab, '/v1/models?limit=1');
    expect(answer.status).toBe(503);
    expect(answer.text).not.toContain('sk-fake');
    lab.upstream.always({ kind: 'error', status: 401 });
    expect((await get(lab, '/v1/models?limit=1')).status).toBe(502);
  });

  test('is there before Codex stops waiting for an upstream that says nothing', async () => {
    const timers = new FakeTimers();
    const slow = await another({ runtime: { after: timers.after } });
    slow.upstream.next({ kind: 'answer', body: LIST });
    await get(slow, '/v1/models');
    const stalled = Promise.withResolvers<undefined>();
    slow.upstream.always({ kind: 'stall', until: stalled.promise });
    const answer = get(slow, '/v1/models');
    await slow.upstream.requested(2);
    timers.pass(4999);
    expect((await answer).header('x-tiergate-copy')).toBeDefined();
    await slow.upstream.left(1);
    stalled.resolve(undefined);
  });

  test('follows what the settings say by now', async () => {
    lab.upstream.next({ kind: 'answer', body: LIST });
    await get(lab, '/v1/models');
    lab.upstream.always({ kind: 'reset' });
    expect(idsIn(await get(lab, '/v1/models'))).toContain('gpt-5.4');
    const mapped = accountAt(lab.upstream.baseUrl, { modelMapping: { 'gpt-5.5': '*' } });
    writeSettings(lab.gateway.home, { accounts: [mapped] });
    await expect.poll(async () => idsIn(await get(lab, '/v1/models')), { timeout: 20_000 }).toEqual(['gpt-5.5']);
  });

  test('is not needed where another account can be asked', async () => {
    const two = await another({
      settings: {
        accounts: [accountAt('http://127.0.0.1:1/v1', { id: 'dead', priority: 0 }), accountAt(lab.upstream.baseUrl)],
      },
    });
    const answer = await get(two, '/v1/models');
    expect([answer.status, answer.header('x-tiergate-copy')]).toEqual([200, undefined]);
  });
});
