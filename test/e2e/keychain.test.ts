import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { LOCAL_KEY, accountAt, makeHome, writeSettings } from '../fakes/gateway.ts';
import { fakeToken } from '../fakes/login-server.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';

/** Provider keys in the system's own keychain: a real Secret Service, and none at all. */
let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());

function homeWith(keys: readonly object[]): string {
  const home = makeHome();
  writeSettings(home, { accounts: [accountAt(upstream.baseUrl, { keys })] });
  return home;
}

async function turn(serving: Serving): Promise<Response> {
  return fetch(`${serving.baseUrl}/responses`, {
    method: 'POST',
    headers: { 'x-api-key': LOCAL_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'hi' }),
  });
}

const keyring =
  process.platform === 'linux' &&
  ['dbus-run-session', 'gnome-keyring-daemon'].every((name) => spawnSync('which', [name]).status === 0);

describe.skipIf(!keyring)(
  keyring
    ? 'with a Secret Service'
    : 'with a Secret Service (none here: apt-get install -y gnome-keyring dbus libsecret-1-0)',
  () => {
    let session: ChildProcessWithoutNullStreams;
    const environment: Record<string, string> = {};
    let tiergate: Tiergate;
    let serving: Serving;

    beforeAll(async () => {
      // The session lives as long as `cat` has something to wait for; its surroundings go to the commands under test.
      session = spawn(join(import.meta.dirname, 'with-keyring.sh'), ['sh', '-c', 'env; echo ---; exec cat'], {
        stdio: 'pipe',
      });
      for await (const line of createInterface(session.stdout)) {
        if (line === '---') break;
        const equals = line.indexOf('=');
        if (/^(HOME|XDG_|DBUS_)/.test(line)) environment[line.slice(0, equals)] = line.slice(equals + 1);
      }
      tiergate = new Tiergate(BUILT, homeWith([{ keychain: 'lab/1' }]), environment);
      serving = await tiergate.serve();
    });
    afterAll(async () => {
      await serving.stop('SIGKILL');
      const ended = once(session, 'exit');
      session.stdin.end();
      await ended;
      rmSync(tiergate.home, { recursive: true, force: true });
    });

    test('a turn before there is a key is told the name under which to store it', async () => {
      const response = await turn(serving);
      expect(response.status).toBe(503);
      const text = await response.text();
      expect(text).toContain('the keychain has no entry lab/1');
      expect(text).toContain('tiergate key set');
      expect(upstream.requests).toEqual([]);
    });

    test('a key stored from standard input goes up with the next turn', async () => {
      const stored = await tiergate.run(['key', 'set', 'lab/1'], `${FAKE_KEY}\n`);
      expect(stored).toMatchObject({ code: 0, err: '' });
      expect(stored.out).toMatch(/^stored lab\/1: …0001 \([0-9a-f]{12}\)\n$/);
      expect((await turn(serving)).status).toBe(200);
      expect(upstream.last.key).toBe(FAKE_KEY);
      expect(upstream.violations).toEqual([]);
    });

    test('it outlives the gateway, and is in none of its files', async () => {
      expect(await serving.stop()).toBe(0);
      serving = await tiergate.serve();
      expect((await turn(serving)).status).toBe(200);
      for (const name of readdirSync(tiergate.home, { recursive: true, withFileTypes: true })) {
        if (!name.isFile()) continue;
        expect(readFileSync(join(name.parentPath, name.name), 'latin1'), name.name).not.toContain(FAKE_KEY);
      }
    });

    test('a key that is stored while no gateway runs on the folder is there as well', async () => {
      const alone = new Tiergate(BUILT, homeWith([{ keychain: 'lab/2' }]), environment);
      expect((await alone.run(['key', 'set', 'lab/2'], FAKE_KEY)).code).toBe(0);
      const started = await alone.serve();
      expect((await turn(started)).status).toBe(200);
      expect(await started.stop()).toBe(0);
      rmSync(alone.home, { recursive: true, force: true });
    });

    test('a ChatGPT login is imported by the command into the keychain alone, and goes with its account', async () => {
      const home = homeWith([]);
      const folder = mkdtempSync(join(tmpdir(), 'tiergate-codex-'));
      // Long as real ones are, so that it needs several entries.
      const token = fakeToken(`user-${'0'.repeat(4000)}`, Date.now() + 3_600_000);
      const tokens = { access_token: token, refresh_token: 'refresh-secret-0' };
      writeFileSync(join(folder, 'auth.json'), JSON.stringify({ tokens }));
      const command = new Tiergate(BUILT, home, { ...environment, CODEX_HOME: folder });
      const started = await command.serve();
      const list = async (): Promise<string> => (await command.run(['account', 'list'])).out;

      const imported = await command.run(['account', 'import-codex']);
      expect(imported).toMatchObject({ code: 0, err: '' });
      expect(imported.out).toContain('imported codex');
      // With a key that is missing the line would say so.
      expect(await list()).toMatch(/^codex {2}openai {2}https:\/\/chatgpt\.com\S+ {2}keychain codex$/m);
      expect(await started.stop()).toBe(0);

      const again = await command.serve();
      expect(await list()).toMatch(/ {2}keychain codex$/m);
      for (const name of readdirSync(home, { recursive: true, withFileTypes: true })) {
        if (!name.isFile()) continue;
        const text = readFileSync(join(name.parentPath, name.name), 'latin1');
        expect(text, name.name).not.toMatch(/refresh-secret-0|eyJ/);
      }

      expect((await command.run(['account', 'remove', 'codex'])).code).toBe(0);
      const document = {
        id: 'codex',
        provider: 'openai',
        kind: 'oauth',
        baseUrl: 'https://chatgpt.com/backend-api/codex',
      };
      const settings = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')) as { accounts: object[] };
      settings.accounts.push({ ...document, keys: [{ keychain: 'codex' }] });
      writeFileSync(join(home, 'settings.json'), JSON.stringify(settings));
      await expect.poll(list).toContain('the keychain has no login codex: import it');
      expect(await again.stop()).toBe(0);
      for (const one of [home, folder]) rmSync(one, { recursive: true, force: true });
    });

    test('a removed key is gone at once', async () => {
      expect(await tiergate.run(['key', 'remove', 'lab/1'])).toMatchObject({ code: 0, out: 'removed lab/1\n' });
      expect((await turn(serving)).status).toBe(503);
      expect(await tiergate.run(['key', 'remove', 'lab/1'])).toMatchObject({ code: 0, out: 'there was no lab/1\n' });
    });

    test.each(['../x y', 'with blank', ''])('the name "%s" is refused, and nothing is stored', async (name) => {
      const refused = await tiergate.run(['key', 'set', name], FAKE_KEY);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain('name');
    });
  },
);

describe.skipIf(process.platform !== 'linux')('with no keychain at all', () => {
  const nowhere = mkdtempSync(join(tmpdir(), 'tiergate-no-keychain-'));
  const environment = {
    DBUS_SESSION_BUS_ADDRESS: undefined,
    DISPLAY: undefined,
    WAYLAND_DISPLAY: undefined,
    XDG_RUNTIME_DIR: nowhere,
    LAB_KEY: FAKE_KEY,
  };
  const reason = /The keychain of this system cannot be used: (there is no D-Bus session|the library libsecret)/;
  let homes: string[] = [];
  afterAll(() => {
    for (const home of [nowhere, ...homes]) rmSync(home, { recursive: true, force: true });
    homes = [];
  });

  function on(keys: readonly object[]): Tiergate {
    const home = homeWith(keys);
    homes.push(home);
    return new Tiergate(BUILT, home, environment);
  }

  test('storing a key says what is missing, what to install, and what to do without', async () => {
    const refused = await on([]).run(['key', 'set', 'lab/1'], FAKE_KEY);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(reason);
    expect(refused.err).toContain('apt-get install gnome-keyring libsecret-1-0');
    expect(refused.err).toContain('"env"');
    expect(refused.err).not.toContain(FAKE_KEY);
  });

  test('the gateway lives, and a turn is told the reason and the way out', async () => {
    const serving = await on([{ keychain: 'lab/1' }]).serve();
    upstream.reset();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const response = await turn(serving);
      expect(response.status).toBe(503);
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect(error.code).toBe('key_unavailable');
      expect(error.message).toMatch(reason);
      expect(error.message).toContain('set the variable');
    }
    expect(upstream.requests).toEqual([]);
    expect(serving.alive).toBe(true);
    expect(await serving.stop()).toBe(0);
  });

  test('a key from the environment works all the same, also beside one that cannot be read', async () => {
    const serving = await on([{ keychain: 'lab/1' }, { env: 'LAB_KEY' }]).serve();
    upstream.reset();
    expect((await turn(serving)).status).toBe(200);
    expect(upstream.last.key).toBe(FAKE_KEY);
    expect(await serving.stop()).toBe(0);
  });
});
