import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { accountAt, startGateway } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, send } from './tool.ts';

/** What each verdict does to a turn on its way through the whole corridor. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(async () => {
  await setRules(DEFAULT_POLICY.rules);
  await lab.forget();
});
afterAll(() => lab.close());

const DEAR = ['priority', 'fast', 'ultrafast'];

async function setRules(rules: readonly object[]): Promise<void> {
  await lab.gateway.client.call('policy.set', { policy: { rules } });
}

describe('the default policy takes the dear tiers out, whatever reader the provider uses', () => {
  test.each([
    '"priority"',
    '"fast"',
    '"Fast"',
    '" PRIORITY "',
    '"ultrafast"',
    '"\\u0066ast"',
    '"fa\\u0073t"',
    '"fa\u017ft"',
    '"fast\\u001f"',
    '"\\ufefffast"',
    '"\\u0085priority\\t"',
    '"pr\\u0130or\\u0130ty"',
  ])('service_tier %s', async (value) => {
    for (const path of ['/v1/responses', '/v1/chat/completions'])
      expect((await send(lab.origin, { path, body: `{"model":"gpt-5.5","service_tier":${value}}` })).status).toBe(200);
    expect(await lab.upstream.leaks(DEAR)).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      { verdict: 'filter', tiers: { sent: null } },
      { verdict: 'filter', tiers: { sent: null } },
    ]);
  });

  test.each([
    ['model=gpt-5.5;tier=priority', ['model=gpt-5.5']],
    ['tier=fast', []],
    ['model=gpt-5.5;tier=" priority"', ['model=gpt-5.5']],
    ['model=gpt-5.5;tier=%22%20priority%22', ['model=gpt-5.5']],
    [`tier='"priority"'`, []],
    ['model=gpt-5.5;tier=flex', ['model=gpt-5.5;tier=flex']],
    ['model=gpt-5.5', ['model=gpt-5.5']],
    [' Tier = "Priority" , model=gpt-5.5', [' model=gpt-5.5']],
  ])('the routing hint %s', async (hint, left) => {
    expect((await send(lab.origin, { headers: { 'x-codex-routing-hint': hint } })).status).toBe(200);
    expect(lab.upstream.last.header('x-codex-routing-hint').map((value) => value.trim())).toEqual(
      left.map((one) => one.trim()),
    );
    expect(await lab.upstream.leaks(DEAR)).toEqual([]);
  });

  test('the hint and the body together', async () => {
    const headers = { 'x-codex-routing-hint': 'model=gpt-5.5;tier=priority' };
    await send(lab.origin, { headers, body: { ...TURN, service_tier: 'priority' } });
    expect(await lab.upstream.leaks(DEAR)).toEqual([]);
    expect(lab.upstream.last.body.toString()).toBe(JSON.stringify(TURN));
  });

  test.each(['flex', 'auto', 'default', 'scale'])('and lets %s pass', async (tier) => {
    await send(lab.origin, { body: { ...TURN, service_tier: tier } });
    expect(lab.upstream.last.json).toEqual({ ...TURN, service_tier: tier });
    expect(await lab.newRows()).toMatchObject([{ verdict: 'pass', rule: null, tiers: { sent: tier } }]);
  });
});

describe('block', () => {
  const rule = { id: 'stop', serviceTier: 'priority', action: 'block' };
  const body = { ...TURN, service_tier: 'fast' };
  const message = 'openai service_tier=priority is not allowed for model gpt-5.5';

  test.each(['/v1/responses', '/v1/chat/completions'])('on %s is a 403 with the tier and the model', async (path) => {
    await setRules([rule]);
    const answer = await send(lab.origin, { path, body });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({ error: { type: 'permission_error', code: 'policy_violation', message } });
    expect(lab.upstream.requests).toEqual([]);
    expect(await lab.newRows()).toMatchObject([
      {
        status: 403,
        verdict: 'block',
        rule: 'stop',
        error: 'policy_violation',
        tiers: { requested: 'priority', sent: null, billed: null },
      },
    ]);
  });

  test.each<[string, Record<string, string>, number]>([
    ['Codex by its originator', { originator: 'codex_cli_rs' }, 400],
    ['Codex by its user agent', { 'user-agent': 'codex_vscode/0.1 (Linux)' }, 400],
    ['Codex in another letter case', { originator: 'Codex_Desktop' }, 400],
    ['a tool that only mentions Codex', { 'user-agent': 'my-codex_wrapper/1' }, 403],
  ])('gives %s the status it shows at once', async (_, headers, status) => {
    await setRules([rule]);
    const answer = await send(lab.origin, { body, headers });
    expect(answer.status).toBe(status);
    expect(answer.error).toEqual({ type: 'permission_error', code: 'policy_violation', message });
    expect((await lab.newRows())[0]?.status).toBe(status);
  });

  test('says the rule’s own words, and its fallback’s for other models', async () => {
    await setRules([
      {
        ...rule,
        models: ['gpt-5.5'],
        errorMessage: 'Ask “Anna” \\ first',
        fallbackAction: 'block',
        fallbackErrorMessage: 'Not at all',
      },
    ]);
    expect((await send(lab.origin, { body })).error.message).toBe('Ask “Anna” \\ first');
    expect((await send(lab.origin, { body: { ...body, model: 'other' } })).error.message).toBe('Not at all');
  });

  test('by the hint alone stops the turn as well', async () => {
    await setRules([rule]);
    expect((await send(lab.origin, { headers: { 'x-codex-routing-hint': 'tier=fast' } })).status).toBe(403);
    expect(lab.upstream.requests).toEqual([]);
  });
});

describe('a rule', () => {
  const fast = { ...TURN, service_tier: 'priority' };

  test('that only observes lets the turn pass and is in its row', async () => {
    await setRules([
      { id: 'watch', serviceTier: 'priority', action: 'block', observeOnly: true },
      { id: 'also', serviceTier: 'all', action: 'filter', observeOnly: true },
    ]);
    expect((await send(lab.origin, { body: fast })).status).toBe(200);
    expect(lab.upstream.last.json).toEqual(fast);
    const observed = [
      { rule: 'watch', action: 'block' },
      { rule: 'also', action: 'filter' },
    ];
    expect(await lab.newRows()).toMatchObject([{ verdict: 'pass', rule: null, observed }]);
  });

  test('that is switched off does nothing', async () => {
    await setRules([{ serviceTier: 'priority', action: 'block', enabled: false }]);
    expect((await send(lab.origin, { body: fast })).status).toBe(200);
  });

  test('for one tool does nothing to another', async () => {
    const { key } = await lab.gateway.client.call('tool.add', { name: 'codex' });
    await setRules([{ serviceTier: 'priority', action: 'filter', tools: ['codex'] }]);
    await send(lab.origin, { body: fast });
    expect(lab.upstream.last.json).toEqual(fast);
    await send(lab.origin, { body: fast, headers: { authorization: `Bearer ${key}` } });
    expect(lab.upstream.last.json).toEqual(TURN);
    await lab.gateway.client.call('tool.revoke', { name: 'codex' });
  });

  test('for logins does nothing to an account with a key', async () => {
    await setRules([{ serviceTier: 'priority', action: 'block', scope: 'oauth' }]);
    expect((await send(lab.origin, { body: fast })).status).toBe(200);
  });

  test('about a missing tier can put one in', async () => {
    await setRules([{ serviceTier: 'missing', action: 'force', forceTo: 'flex' }]);
    await send(lab.origin);
    expect(lab.upstream.last.body.toString()).toBe('{"model":"gpt-5.5","input":"hi","service_tier":"flex"}');
    expect(await lab.newRows()).toMatchObject([{ verdict: 'force', tiers: { requested: null, sent: 'flex' } }]);
  });

  test('with an end is over at that moment', async () => {
    let now = Date.parse('2026-06-01T12:00:00Z');
    const until = '2026-06-01T13:00:00+00:00';
    const rules = [{ serviceTier: 'priority', action: 'pass', until }, ...DEFAULT_POLICY.rules];
    const timed = await startLab({
      settings: { policy: { rules }, accounts: [accountAt(lab.upstream.baseUrl)] },
      runtime: { now: () => now },
    });
    await send(timed.origin, { body: fast });
    expect(lab.upstream.last.json).toEqual(fast);
    now = Date.parse(until);
    await send(timed.origin, { body: fast });
    expect(lab.upstream.last.json).toEqual(TURN);
    await timed.close();
  });
});

describe('Standard is spelled as the account says', () => {
  test.each<[string, object, string]>([
    ['omit', { ...TURN, service_tier: 'fast' }, '{"model":"gpt-5.5","input":"hi"}'],
    ['default', { ...TURN, service_tier: 'fast' }, '{"model":"gpt-5.5","input":"hi","service_tier":"default"}'],
    ['default', TURN, '{"model":"gpt-5.5","input":"hi"}'],
  ])('%s', async (standardTier, body, left) => {
    const gateway = await startGateway({ accounts: [accountAt(lab.upstream.baseUrl, { standardTier })] });
    await send(gateway.origin, { body });
    expect(lab.upstream.last.body.toString()).toBe(left);
    await gateway.close();
  });

  test('a filter on a missing tier writes default where the project’s own setting could be Fast', async () => {
    const gateway = await startGateway({
      accounts: [accountAt(lab.upstream.baseUrl, { standardTier: 'default' })],
      policy: { rules: [{ serviceTier: 'missing', action: 'filter' }] },
    });
    await send(gateway.origin);
    expect(lab.upstream.last.json).toEqual({ ...TURN, service_tier: 'default' });
    expect(await gateway.turns()).toMatchObject([{ verdict: 'filter', tiers: { requested: null, sent: 'default' } }]);
    await gateway.close();
  });
});

describe('the account’s model mapping', () => {
  const modelMapping = { 'gpt-*': 'gpt-5.5', small: 'gpt-5.5-mini', quick: 'gpt-5.5-fast' };

  test('writes the provider’s name over the tool’s, and nothing else; rules look at the provider’s', async () => {
    const gateway = await startGateway({
      accounts: [accountAt(lab.upstream.baseUrl, { modelMapping })],
      policy: { rules: [{ serviceTier: 'flex', action: 'block', models: ['gpt-5.5-mini'] }] },
    });
    await send(gateway.origin, {
      body: '{ "n":1.0, "model" : "gpt-4" }',
      headers: { 'x-codex-routing-hint': 'model=gpt-4;x=1' },
    });
    expect(lab.upstream.last.body.toString()).toBe('{ "n":1.0, "model" : "gpt-5.5" }');
    expect(lab.upstream.last.header('x-codex-routing-hint')).toEqual(['model=gpt-5.5;x=1']);
    expect((await send(gateway.origin, { body: { model: 'small', service_tier: 'flex' } })).status).toBe(403);
    const refused = await send(gateway.origin, { body: { model: 'other' } });
    expect([refused.status, refused.error.code]).toEqual([400, 'model_not_served']);
    expect((await gateway.turns()).map(({ models }) => models)).toMatchObject([
      { requested: 'gpt-4', upstream: 'gpt-5.5', served: 'gpt-5.5' },
      { requested: 'small', upstream: 'gpt-5.5-mini', served: null },
      { requested: 'other', upstream: null, served: null },
    ]);
    await gateway.close();
  });
});
