import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Patient, examine } from '../../src/main/control/doctor.ts';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import type { Check } from '../../src/shared/calls/app.ts';
import { inChinese } from '../../src/shared/chinese.ts';
import { DEFAULT_SETTINGS, type Settings, SettingsSchema } from '../../src/shared/settings.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

let home: string;
let keychain: FakeKeychain;
let server: Server;
let taken: number;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  keychain = new FakeKeychain();
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  taken = (server.address() as AddressInfo).port;
});

afterEach(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

/** Everything well, but for what a case says. */
async function examined(patient: Partial<Patient> = {}, settings: Partial<Record<keyof Settings, unknown>> = {}) {
  const document = SettingsSchema.parse({ gateway: { port: 0 }, ...settings });
  const checks = await examine({
    home,
    settings: { settings: document, source: 'settings', problem: null },
    keychain,
    environment: { THERE: 'sk-0123456789' },
    status: null,
    now: NOW,
    versions: { node: '24.21.0' },
    platform: 'linux',
    online: false,
    ...patient,
  });
  told.push(...checks);
  return checks;
}

/** Everything that any patient of these tests was told. */
const told: Check[] = [];

const of = (checks: readonly Check[], id: string): Check[] => checks.filter((check) => check.id === id);

/** Makes a ledger with one turn that began so long before the clock. */
function makeLedger(ago = 1000): void {
  const { ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => NOW);
  ledger.record(sampleTurn(1, { startedAt: NOW - ago }));
  ledger.close();
}

const account = (more: object): object => ({
  id: 'a',
  provider: 'openai',
  kind: 'apikey',
  baseUrl: `http://127.0.0.1:${taken}/v1`,
  ...more,
});

test('where all is well, everything is said to be, and nothing has to be done', async () => {
  makeLedger();
  const checks = await examined();
  expect(checks.filter(({ result }) => result !== 'ok')).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual([
    'version',
    'folder',
    'files',
    'space',
    'settings',
    'ledger',
    'clock',
    'keychain',
    'port',
  ]);
  expect(of(checks, 'ledger')[0]?.detail).toBe('Turns: 1, sound.');
  expect(checks.every(({ next }) => next === '')).toBe(true);
});

test.each<[string, string, Check['result'], RegExp, () => Promise<Check[]>]>([
  ['an old Node', 'version', 'failed', /Node 22\.1\.0; Node 24/, () => examined({ versions: { node: '22.1.0' } })],
  [
    'Electron',
    'version',
    'ok',
    /Electron 45\.4\.1/,
    () => examined({ versions: { node: '24.21.0', electron: '45.4.1' } }),
  ],
  [
    'a folder that others can open',
    'folder',
    'failed',
    /mode 755/,
    () => {
      chmodSync(home, 0o755);
      return examined();
    },
  ],
  [
    'a folder on Windows, where modes say nothing',
    'folder',
    'ok',
    /yours alone/,
    () => {
      chmodSync(home, 0o755);
      return examined({ platform: 'win32' });
    },
  ],
  [
    'a file that others can open',
    'files',
    'failed',
    /settings\.json/,
    () => {
      writeFileSync(join(home, 'settings.json'), '{}', { mode: 0o644 });
      return examined();
    },
  ],
  [
    'broken settings',
    'settings',
    'failed',
    /policy: wrong.*last good/,
    () => examined({ settings: { settings: DEFAULT_SETTINGS, source: 'last-good', problem: 'policy: wrong.' } }),
  ],
  ['no ledger yet', 'ledger', 'ok', /none yet/, () => examined()],
  [
    'a ledger that is none',
    'ledger',
    'failed',
    /cannot be read/,
    () => {
      writeFileSync(ledgerFile(home), 'this is no database, whatever its name says. '.repeat(100));
      return examined();
    },
  ],
  [
    'a clock that is behind its own turns',
    'clock',
    'warning',
    /newest turn/,
    () => {
      makeLedger(-3_600_000);
      return examined();
    },
  ],
  ['a clock of another year', 'clock', 'failed', /2001/, () => examined({ now: Date.UTC(2001, 0, 1) })],
  [
    'no keychain that nobody needs',
    'keychain',
    'warning',
    /No account needs it/,
    () => {
      keychain.missing = 'none.';
      return examined();
    },
  ],
  [
    'no keychain that an account needs',
    'keychain',
    'failed',
    /none\./,
    () => {
      keychain.missing = 'none.';
      return examined({}, { accounts: [account({ keys: [{ keychain: 'openai/1' }] })] });
    },
  ],
  [
    'a key of several that is not there',
    'keys',
    'warning',
    /1 of 2/,
    () => examined({}, { accounts: [account({ keys: [{ env: 'THERE' }, { env: 'NOT_THERE' }] })] }),
  ],
  [
    'no key at all',
    'keys',
    'failed',
    /0 of 1.*NOT_THERE is not set/,
    () => examined({}, { accounts: [account({ keys: [{ env: 'NOT_THERE' }] })] }),
  ],
  ['a port that is taken', 'port', 'failed', /is taken/, () => examined({}, { gateway: { port: taken } })],
  [
    'an upstream that takes connections',
    'upstream',
    'ok',
    /takes connections/,
    () => examined({ online: true }, { accounts: [account({})] }),
  ],
  [
    'an upstream that does not',
    'upstream',
    'failed',
    /ECONNREFUSED/,
    () => examined({ online: true }, { accounts: [account({ baseUrl: 'http://127.0.0.1:1/v1' })] }),
  ],
])('%s', async (_name, id, result, detail, look) => {
  const [check] = of(await look(), id);
  expect(check).toMatchObject({ result, detail: expect.stringMatching(detail) as string });
  expect(check?.next === '').toBe(result === 'ok');
});

test('no key is in what is said', async () => {
  keychain.entries.set('openai/1', 'sk-secret-0123456789');
  const keys = [{ env: 'THERE' }, { keychain: 'openai/1' }];
  const text = JSON.stringify(await examined({}, { accounts: [account({ keys })] }));
  expect(text).not.toContain('sk-');
});

test('all of it can be said in Chinese', () => {
  const said = told.flatMap(({ detail, next }) => (next === '' ? [detail] : [detail, next]));
  expect(told.length).toBeGreaterThan(50);
  // The versions are names and numbers in every language.
  const foreign = said
    .map(inChinese)
    .filter((text) => !/\p{Script=Han}/u.test(text) && !/^Tiergate .*\u3002$/u.test(text));
  expect(foreign).toEqual([]);
});
