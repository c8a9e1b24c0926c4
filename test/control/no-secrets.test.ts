import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CALLS, ControlError, type CallName, type Push } from '../../src/shared/control.ts';
import { keyHash } from '../../src/main/gateway/guard.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { LOCAL_KEY, type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { type Upstream, startUpstream } from '../fakes/upstream.ts';

/** Provider keys that nothing but an upstream may ever see, each kept in a place of its own. */
const STORED = 'sk-stored-9f8e7d6c5b4a';
const NAMED = 'sk-named-1a2b3c4d5e6f';
const GIVEN = 'sk-given-0011223344';
const ACCESS = 'codex-access-token-77aa88bb';
const RENEWAL = 'codex-refresh-token-99cc00dd';
const LOGIN_FILE = join(mkdtempSync(join(tmpdir(), 'tiergate-login-')), 'auth.json');
const ADDED = 'sk-added-5544332211';
const EXTRA = 'sk-extra-6677889900';

let upstream: Upstream;
let gateway: TestGateway;
let newToolKey = '';
const pushes: Push[] = [];
const answers = new Map<CallName, unknown>();

const ASKED = Object.keys(CALLS) as CallName[];

/** Everything that may be asked, once. */
const QUESTIONS: Readonly<Record<CallName, unknown>> = {
  'status.get': {},
  'turns.page': {},
  'turns.count': {},
  'turns.get': { id: STORED },
  'turns.facets': {},
  'bill.sums': { by: ['model', 'tier'] },
  'prices.list': {},
  'prices.reprice': { apply: true },
  'prices.unpriced': {},
  'policy.hits': {},
  'policy.get': {},
  'policy.set': { policy: { rules: [{ serviceTier: 'priority', action: 'filter' }] } },
  'policy.check': { policy: { rules: [{ serviceTier: STORED }] } },
  'policy.read': { text: '{"rules":[]}' },
  'policy.try': { tool: 'lab', model: 'gpt-5.5', tier: 'fast' },
  'policy.history': {},
  'policy.simulate': { policy: { rules: [] }, from: 0, until: Date.now() },
  'sandbox.turn': {},
  'log.page': { level: 'debug' },
  'account.reset': { id: 'lab' },
  'tool.list': {},
  'tool.add': { name: 'second' },
  'tool.rotate': { name: 'second' },
  'tool.limit': { name: 'second', limits: { openTurns: 2 } },
  'tool.revoke': { name: 'second' },
  'settings.get': {},
  'settings.set': { section: 'app', value: { theme: 'dark' } },
  'doctor.run': { online: true },
  'export.piece': { format: 'csv' },
  'retention.preview': { days: 1 },
  'retention.apply': { days: 1 },
  'backup.make': {},
  'reconcile.import': { account: 'lab', text: 'start_time,model,num_model_requests\n1790000000,gpt-5.5,1\n' },
  'reconcile.fetch': { account: 'lab', key: 'lab/1', from: 0, until: 86_400_000 },
  'metrics.rotate': {},
  'metrics.revoke': {},
  'gateway.pause': { minutes: 1 },
  'gateway.resume': {},
  'account.list': {},
  'account.add': {
    account: { id: 'second', provider: 'openai', kind: 'apikey', baseUrl: 'http://127.0.0.1:9/v1' },
    key: ADDED,
  },
  'account.addKey': { id: 'second', from: { key: EXTRA } },
  'account.removeKey': { id: 'second', source: 'keychain second/2' },
  'account.set': {
    id: 'second',
    account: {
      id: 'third',
      provider: 'openai',
      kind: 'apikey',
      baseUrl: 'http://127.0.0.1:9/v1',
      keys: [{ keychain: 'second/1' }],
    },
  },
  'account.enable': { id: 'third', enabled: false },
  'account.reorder': { ids: ['third', 'lab'] },
  'account.test': { id: 'lab' },
  'account.remove': { id: 'third' },
  'capture.get': { turn: '0b7e6c1e-5a0f-4a55-9d53-6f2f6a3b9c11' },
  'capture.wipe': {},
  'dump.get': { turn: '0b7e6c1e-5a0f-4a55-9d53-6f2f6a3b9c11' },
  'account.importCodex': { id: 'codex', file: LOGIN_FILE },
  'key.list': {},
  'key.set': { name: 'lab/2', key: GIVEN },
  'key.remove': { name: 'lab/2' },
};

beforeAll(async () => {
  const tokens = { access_token: ACCESS, refresh_token: RENEWAL, account_id: 'workspace-1' };
  writeFileSync(LOGIN_FILE, JSON.stringify({ OPENAI_API_KEY: null, tokens }));
  upstream = await startUpstream({ keys: [STORED], script: { kind: 'error', status: 401, quotesKey: true } });
  const keychain = new FakeKeychain();
  keychain.entries.set('lab/1', STORED);
  const keys = [{ keychain: 'lab/1' }, { keychain: 'lab/2' }, { env: 'NAMED' }, { env: 'ABSENT' }];
  gateway = await startGateway(
    { accounts: [accountAt(upstream.baseUrl, { keys })] },
    {
      keychain,
      environment: { NAMED },
      loginServer: { issuer: 'http://127.0.0.1:9', tokenEndpoint: 'http://127.0.0.1:9/token', clientId: 'test' },
    },
  );
  gateway.runtime.onPush((push) => pushes.push(push));
  for (const body of ['{"model":"gpt-5.5"}', '{"model":']) {
    const answer = await fetch(`${gateway.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json' },
      body,
    });
    await answer.text();
  }
  for (const [name, input] of Object.entries(QUESTIONS)) {
    // A refusal is an answer too: it must not quote what it was given.
    const answer: unknown = await gateway.client.call(name as CallName, input as never).catch((error: unknown) => ({
      refused: String(error),
      ...(error instanceof ControlError ? { next: error.next } : {}),
    }));
    answers.set(name as CallName, answer);
    if (name === 'tool.rotate') newToolKey = (answer as { key: string }).key;
    if (name === 'key.set') answers.set('status.get', [answers.get('status.get'), gateway.runtime.status()]);
  }
  await vi.waitUntil(() => new Set(pushes.map(({ type }) => type)).size === 4, { interval: 5 });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
  rmSync(dirname(LOGIN_FILE), { recursive: true });
});

/** How a secret could be spelled in a text. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
}

function held(text: string, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => spellings(secret).some((spelling) => text.includes(spelling)));
}

const PROVIDER_KEYS = [STORED, NAMED, GIVEN, ADDED, EXTRA, ACCESS, RENEWAL];

test('the gateway really had the keys in hand', () => {
  const sources = gateway.runtime.status().accounts[0]?.keys;
  expect(sources?.map(({ source, lastFour }) => [source, lastFour])).toEqual([
    ['keychain lab/1', '5b4a'],
    ['keychain lab/2', null],
    ['env NAMED', '5e6f'],
    ['env ABSENT', null],
  ]);
  expect(upstream.requests.map(({ key }) => key)).toContain(STORED);
});

describe('what leaves the main process', () => {
  test('every call was asked', () => {
    expect([...answers.keys()].sort()).toEqual(ASKED.toSorted());
  });

  test.each(ASKED)('the answer to %s holds no key', (name) => {
    const text = JSON.stringify(answers.get(name));
    expect(held(text, PROVIDER_KEYS)).toEqual([]);
    expect(held(text, [LOCAL_KEY])).toEqual([]);
    expect(held(text, [newToolKey])).toEqual(name === 'tool.rotate' ? [newToolKey] : []);
    expect(text).not.toContain(keyHash(LOCAL_KEY));
  });

  test('no push holds a key', () => {
    const text = JSON.stringify(pushes);
    expect(held(text, [...PROVIDER_KEYS, LOCAL_KEY, newToolKey])).toEqual([]);
    expect(text).not.toContain(keyHash(LOCAL_KEY));
  });

  test('a refused call does not quote the key it was given', async () => {
    for (const [name, input] of [
      ['key.set', { name: 'a b', key: GIVEN }],
      ['key.set', { name: 'a', key: GIVEN, more: 1 }],
    ] as const)
      await expect(gateway.client.call(name, input as never)).rejects.toSatisfy(
        (error: Error) => held(error.message, PROVIDER_KEYS).length === 0,
      );
  });
});

test('no file of the data folder holds a key', () => {
  const files = readdirSync(gateway.home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['settings.json', 'ledger.sqlite']));
  for (const { parentPath, name } of files) {
    const text = readFileSync(join(parentPath, name)).toString('latin1');
    expect(held(text, [...PROVIDER_KEYS, LOCAL_KEY, newToolKey]), name).toEqual([]);
  }
});
