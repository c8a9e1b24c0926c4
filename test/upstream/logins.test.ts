import { getGlobalDispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccountSchema } from '../../src/shared/account.ts';
import { CODEX_BASE_URL } from '../../src/shared/codex.ts';
import { type Login, readLogin, writeLogin } from '../../src/main/secrets/login.ts';
import { Logins } from '../../src/main/upstream/logins.ts';
import { renewLogin } from '../../src/main/upstream/oauth.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { type FakeLoginServer, fakeToken, startLoginServer } from '../fakes/login-server.ts';
import { FakeTimers } from '../fakes/timers.ts';

const MINUTE = 60_000;
const LIFE = 60 * MINUTE;

const ACCOUNT = AccountSchema.parse({
  id: 'codex',
  provider: 'openai',
  kind: 'oauth',
  baseUrl: CODEX_BASE_URL,
  keys: [{ keychain: 'codex' }],
});

let timers: FakeTimers;
let keychain: FakeKeychain;
let server: FakeLoginServer;
let logins: Logins;
let changes: string[];
let protectedTexts: string[];

beforeEach(async () => {
  timers = new FakeTimers();
  timers.pass(1_000_000 * MINUTE);
  keychain = new FakeKeychain();
  server = await startLoginServer(timers.now, LIFE);
  changes = [];
  protectedTexts = [];
  logins = new Logins({
    keychain,
    renew: (_, login, signal) =>
      renewLogin(login, { server, now: timers.now, signal, dispatcher: getGlobalDispatcher() }),
    protect: (text) => protectedTexts.push(text),
    changed: (name) => changes.push(name),
    now: timers.now,
    after: timers.after,
  });
});
afterEach(async () => {
  await logins.stop();
  await server.close();
});

/** Imports a login whose token lives for so long. */
async function imported(lifeMs: number, refreshToken = 'refresh-0'): Promise<Login> {
  const expiresAt = timers.now() + lifeMs;
  const login = { accessToken: fakeToken('user-0', expiresAt), refreshToken, accountId: 'workspace-1', expiresAt };
  await writeLogin(keychain, 'codex', login);
  return login;
}

async function token(): Promise<string> {
  const result = await logins.secret('codex');
  return 'secret' in result ? result.secret.value : `problem: ${result.problem}`;
}

const REFUSED = 'problem: the login has expired: import it again ("tiergate account import-codex")';

test('a token that is good for long is used as it is', async () => {
  const { accessToken } = await imported(LIFE);
  expect(await logins.secret('codex')).toEqual({
    secret: {
      value: accessToken,
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      lastFour: '',
      accountId: 'workspace-1',
      login: 'codex',
    },
  });
  expect(server.requests).toEqual([]);
});

test('a login that was never imported says so', async () => {
  expect(await logins.secret('codex')).toEqual({ problem: 'the keychain has no login codex: import it' });
});

describe('a token near its end', () => {
  test('is renewed once for all who ask, and stored before it is used', async () => {
    const { accessToken } = await imported(4 * MINUTE);
    const tokens = new Set(await Promise.all(Array.from({ length: 20 }, () => token())));
    expect(server.requests).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'refresh-0', client_id: 'test-client' },
    ]);
    expect(tokens.size).toBe(1);
    expect(tokens.has(accessToken)).toBe(false);
    expect(await readLogin(keychain, 'codex')).toEqual({
      accessToken: [...tokens][0],
      refreshToken: 'refresh-1',
      accountId: 'workspace-1',
      expiresAt: timers.now() + LIFE,
    });
  });

  test('keeps its fingerprint, so that rows and cooldowns stay with the login', async () => {
    await imported(LIFE);
    const before = await logins.secret('codex');
    timers.pass(LIFE);
    const after = await logins.secret('codex');
    const print = (result: typeof before): string | null => ('secret' in result ? result.secret.fingerprint : null);
    expect(print(after)).toBe(print(before));
  });

  test('is renewed ahead of its end while nobody asks, and whoever holds it is told', async () => {
    await imported(LIFE);
    await token();
    timers.pass(LIFE - 5 * MINUTE - 1);
    expect(server.requests).toEqual([]);
    timers.pass(1);
    await vi.waitUntil(() => changes.length > 0, { interval: 5 });
    expect(changes).toEqual(['codex']);
    expect(server.requests).toHaveLength(1);
    expect(timers.waiting).toBe(1);
  });

  test('every secret of it is looked for from then on', async () => {
    const login = await imported(MINUTE);
    const renewed = await token();
    expect(protectedTexts).toEqual(
      expect.arrayContaining([login.accessToken, login.refreshToken, renewed, 'refresh-1']),
    );
  });

  test.each<[what: string, prepare: () => void]>([
    ['says no token type', () => (server.more = { expires_in: 3600 })],
    ['keeps the refresh token', () => (server.rotates = false)],
    ['says no lifetime', () => (server.more = { token_type: 'Bearer' })],
  ])('is renewed also by a server that %s', async (_what, prepare) => {
    await imported(MINUTE);
    prepare();
    await token();
    expect(await readLogin(keychain, 'codex')).toMatchObject({
      refreshToken: server.rotates ? 'refresh-1' : 'refresh-0',
      expiresAt: timers.now() + LIFE,
    });
  });
});

describe('a login that is refused', () => {
  const reused = { error: { message: 'used', type: 'invalid_request_error', code: 'refresh_token_reused' } };
  test.each<[status: number, body: unknown]>([
    [401, { error: { message: 'no', code: 'token_expired' } }],
    [401, 'not even an object'],
    [403, {}],
    [400, reused],
    [400, { error: 'invalid_grant' }],
  ])('with %i %j is over, and is not sent again', async (status, body) => {
    await imported(MINUTE);
    server.script = { status, body };
    expect(await token()).toBe(REFUSED);
    for (let hours = 0; hours < 24; hours += 1) {
      timers.pass(60 * MINUTE);
      expect(await token()).toBe(REFUSED);
    }
    expect(server.requests).toHaveLength(1);
    expect(logins.isStale(ACCOUNT)).toBe(false);
    expect(timers.waiting).toBe(0);
  });

  test('works again once it is imported anew', async () => {
    await imported(MINUTE);
    server.script = { status: 401, body: {} };
    await token();
    const fresh = await imported(LIFE, 'refresh-new');
    expect(await token()).toBe(fresh.accessToken);
  });
});

describe('a renewal that fails for now', () => {
  test.each<FakeLoginServer['script']>([
    { status: 500, body: {} },
    { status: 429, body: { error: 'slow_down' } },
    'break',
    { status: 200, body: { access_token: 7 } },
  ])('with %j leaves the token in use while it is good, and is tried again after a pause', async (script) => {
    const { accessToken } = await imported(4 * MINUTE);
    server.script = script;
    expect(await token()).toBe(accessToken);
    expect(await token()).toBe(accessToken);
    expect(server.requests).toHaveLength(1);
    server.script = 'renew';
    timers.pass(30_000);
    expect(await token()).not.toBe(accessToken);
  });

  test('is told with its reason once the token has ended, and is worth another try', async () => {
    await imported(-1);
    server.script = { status: 503, body: {} };
    expect(await token()).toBe('problem: the login could not be renewed (503); it is tried again');
    expect(logins.isStale(ACCOUNT)).toBe(false);
    timers.pass(30_000);
    expect(logins.isStale(ACCOUNT)).toBe(true);
    server.script = 'renew';
    expect(await token()).toMatch(/^ey/);
    expect(logins.isStale(ACCOUNT)).toBe(false);
  });
});

describe('a token that the upstream refuses before its time', () => {
  test('is renewed once, however many turns were refused', async () => {
    const { accessToken } = await imported(LIFE);
    await token();
    const renewed = await Promise.all(Array.from({ length: 5 }, () => logins.renewed('codex', accessToken)));
    expect(server.requests).toHaveLength(1);
    expect(await token()).not.toBe(accessToken);
    expect(new Set(renewed.map((secret) => secret?.value))).toEqual(new Set([await token()]));
    expect(changes.length).toBeGreaterThan(0);
  });

  test('is renewed only after a pause where the new one is refused too', async () => {
    const { accessToken } = await imported(LIFE);
    await token();
    const second = await logins.renewed('codex', accessToken);
    expect(await logins.renewed('codex', second?.value ?? '')).toBeNull();
    expect(server.requests).toHaveLength(1);
    timers.pass(30_000);
    expect((await logins.renewed('codex', second?.value ?? ''))?.value).not.toBe(second?.value);
    expect(server.requests).toHaveLength(2);
  });

  test('has none in its place where the login is over', async () => {
    const { accessToken } = await imported(LIFE);
    server.script = { status: 401, body: {} };
    expect(await logins.renewed('codex', accessToken)).toBeNull();
  });
});

describe('attack on a rotating refresh token', () => {
  /** A renewal under way, which the server answers when it is told to. */
  async function renewing(): Promise<{ answer: PromiseWithResolvers<undefined>; asking: Promise<string> }> {
    const answer = Promise.withResolvers<undefined>();
    server.gate = answer.promise;
    const asking = token();
    await vi.waitUntil(() => server.requests.length === 1, { interval: 5 });
    return { answer, asking };
  }

  test('a keychain that goes away during a renewal does not lose the new one', async () => {
    await imported(MINUTE);
    const { answer, asking } = await renewing();
    keychain.missing = 'the keyring is locked or has no login collection.';
    answer.resolve(undefined);
    const renewed = await asking;
    expect(renewed).toMatch(/^ey/);
    keychain.missing = null;
    expect(await token()).toBe(renewed);
    expect(await readLogin(keychain, 'codex')).toMatchObject({ accessToken: renewed, refreshToken: 'refresh-1' });
    expect(server.requests).toHaveLength(1);
  });

  test('a gateway that stops during a renewal keeps the new one, and waits for it', async () => {
    await imported(MINUTE);
    const { answer, asking } = await renewing();
    const stopping = logins.stop();
    answer.resolve(undefined);
    await stopping;
    expect(await readLogin(keychain, 'codex')).toMatchObject({ refreshToken: 'refresh-1' });
    expect(await asking).toMatch(/^ey/);
    expect(timers.waiting).toBe(0);
  });

  test('a gateway that stops writes what the keychain would not take before', async () => {
    await imported(MINUTE);
    const { answer, asking } = await renewing();
    keychain.missing = 'the keyring is locked or has no login collection.';
    answer.resolve(undefined);
    await asking;
    keychain.missing = null;
    await logins.stop();
    expect(await readLogin(keychain, 'codex')).toMatchObject({ refreshToken: 'refresh-1' });
  });

  test('a renewal that hangs holds up a stop for some seconds only, and none is begun after it', async () => {
    await imported(MINUTE);
    server.gate = new Promise(() => undefined);
    const asking = token();
    await vi.waitUntil(() => server.requests.length === 1, { interval: 5 });
    const stopping = logins.stop();
    timers.pass(5000);
    await stopping;
    expect(await asking).toMatch(/^ey/);
    timers.pass(LIFE);
    expect(await token()).toBe('problem: the login could not be renewed (unknown); it is tried again');
    expect(server.requests).toHaveLength(1);
    expect(timers.waiting).toBe(0);
  });

  test('a login imported during a renewal of the old one stays', async () => {
    await imported(MINUTE);
    const { answer, asking } = await renewing();
    const fresh = await imported(LIFE, 'refresh-new');
    logins.forget('codex');
    answer.resolve(undefined);
    await asking;
    expect(await readLogin(keychain, 'codex')).toEqual(fresh);
    expect(await token()).toBe(fresh.accessToken);
  });
});

test('the login of an account that is gone is not renewed any more', async () => {
  await imported(LIFE);
  await token();
  logins.keep([]);
  expect(timers.waiting).toBe(0);
});
