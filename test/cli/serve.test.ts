import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accountAt, makeHome, writeSettings } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream } from '../fakes/upstream.ts';
import { TURN, begin, send } from '../gateway/tool.ts';
import { BUILT, Tiergate } from './tiergate.ts';

// Every command is a process of its own, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** How the gateway starts, on folders in every state, and how it ends. */
let tiergate: Tiergate;

beforeEach(() => {
  tiergate = new Tiergate(BUILT, makeHome(), { LAB_KEY: FAKE_KEY });
  writeSettings(tiergate.home, {});
});
afterEach(() => {
  rmSync(tiergate.home, { recursive: true, force: true });
});

const ledger = (): string => join(tiergate.home, 'ledger.sqlite');

describe('a start that cannot be says the cause and what to do, and ends with 1', () => {
  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const refused = await tiergate.run(['serve', '--port', port]);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain(port);
    expect(refused.err).toMatch(/in use|another program/i);
    expect(refused.err.trim().split('\n').length).toBeGreaterThan(1);
    expect(existsSync(join(tiergate.home, 'control.json'))).toBe(false);
    other.close();
    expect(await (await tiergate.serve()).stop()).toBe(0);
  });

  test('a second gateway on the same folder, while the first goes on', async () => {
    const first = await tiergate.serve();
    const refused = await tiergate.run(['serve', '--port', '0']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('already running');
    expect(refused.err).toContain('--home');
    expect((await send(first.origin)).status).toBe(200);
    expect(await tiergate.turns()).toHaveLength(1);
    expect(await first.stop()).toBe(0);
  });

  test('a ledger of a newer version, which stays as it is', async () => {
    const database = new DatabaseSync(ledger());
    database.exec('PRAGMA journal_mode = WAL; PRAGMA user_version = 99; CREATE TABLE future (x)');
    database.close();
    const before = readFileSync(ledger());
    const refused = await tiergate.run(['serve', '--port', '0']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('99');
    expect(refused.err).toMatch(/newer/i);
    expect(readFileSync(ledger()).equals(before)).toBe(true);
  });

  test('a folder that cannot be one', async () => {
    writeFileSync(join(tiergate.home, 'file'), '');
    const refused = await new Tiergate(BUILT, join(tiergate.home, 'file')).run(['serve', '--port', '0']);
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).not.toContain('    at ');
  });
});

describe('a start in spite of trouble says what was wrong, and serves', () => {
  test.each<[string, () => void]>([
    ['garbage', () => writeFileSync(ledger(), 'this is no database '.repeat(500))],
    [
      'a database with a hole in it',
      () => {
        const database = new DatabaseSync(ledger());
        database.exec('CREATE TABLE turn (seq INTEGER PRIMARY KEY, id TEXT); BEGIN');
        for (let row = 0; row < 500; row += 1)
          database.prepare('INSERT INTO turn (id) VALUES (?)').run('x'.repeat(100));
        database.exec('COMMIT');
        database.close();
        const bytes = readFileSync(ledger());
        bytes.fill(0xff, 100, bytes.length);
        writeFileSync(ledger(), bytes);
      },
    ],
  ])('a ledger that cannot be read is set aside: %s', async (_, spoil) => {
    spoil();
    const spoiled = readFileSync(ledger());
    const serving = await tiergate.serve();
    expect((await send(serving.origin)).status).toBe(200);
    expect(await tiergate.turns()).toHaveLength(1);
    const aside = readdirSync(tiergate.home).find((name) => name.startsWith('ledger.sqlite.broken-')) ?? '';
    expect(readFileSync(join(tiergate.home, aside)).equals(spoiled)).toBe(true);
    expect(serving.err).toContain(aside);
    expect(await serving.stop()).toBe(0);
  });

  test('a setting that there is not is named with its path, and the last good settings are in force', async () => {
    writeSettings(tiergate.home, { policy: { rules: [] } });
    expect(await (await tiergate.serve()).stop()).toBe(0);
    writeSettings(tiergate.home, { gateway: { bodyLimitMib: 1 } });
    const serving = await tiergate.serve();
    expect(serving.err).toContain('gateway.bodyLimitMib: there is no such setting');
    expect(serving.err).toContain('Correct the named member');
    await send(serving.origin, { body: { ...TURN, service_tier: 'fast' } });
    // The last good policy was empty, so the turn passes; the default would have filtered it.
    expect(await tiergate.turns()).toMatchObject([{ verdict: 'pass', tiers: { sent: 'priority' } }]);
    expect(await serving.stop()).toBe(0);
  });

  test('with no last good settings the gate is not open: the built-in policy is in force', async () => {
    writeFileSync(join(tiergate.home, 'settings.json'), '{"policy":{"rules":[]},"extra":1}');
    const serving = await tiergate.serve();
    expect(serving.err).toContain('extra: there is no such setting');
    expect(JSON.parse((await tiergate.run(['policy', 'show'])).out)).toMatchObject({ rules: [{ id: 'no-fast' }, {}] });
    expect(await serving.stop()).toBe(0);
  });

  test('an account without its key is served by nobody, and the turn says which variable is missing', async () => {
    writeSettings(tiergate.home, {
      accounts: [accountAt('http://127.0.0.1:1/v1', { keys: [{ env: 'NO_SUCH_KEY' }] })],
    });
    const serving = await tiergate.serve();
    const answer = await send(serving.origin);
    expect(answer.status).toBe(503);
    expect(answer.error.message).toContain('NO_SUCH_KEY');
    expect(await serving.stop()).toBe(0);
  });
});

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s lets an open stream end, and ends with 0', async (signal) => {
    const upstream = await startUpstream();
    const gate = Promise.withResolvers<undefined>();
    writeSettings(tiergate.home, { accounts: [accountAt(upstream.baseUrl)] });
    const serving = await tiergate.serve();
    upstream.next({ kind: 'answer', pause: (event) => (event === 5 ? gate.promise : undefined) });
    const answer = await begin(serving.origin, { body: { ...TURN, stream: true } });
    await answer.until('"delta"');
    const ended = serving.stop(signal);
    await expect
      .poll(() =>
        send(serving.origin).then(
          () => 'served',
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect(serving.alive).toBe(true);
    gate.resolve(undefined);
    expect((await answer.whole()).broken).toBe(false);
    expect(await ended).toBe(0);
    const streams = (await tiergate.turns()).filter(({ streamed }) => streamed);
    expect(streams).toMatchObject([{ status: 200, partial: false }]);
    expect(existsSync(join(tiergate.home, 'control.json'))).toBe(false);
    await upstream.close();
  });

  test('with nothing open comes at once, and says nothing', async () => {
    const serving = await tiergate.serve();
    const begun = performance.now();
    expect(await serving.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(serving.err).toBe('');
  });
});
