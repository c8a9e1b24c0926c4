import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CaptureRecord, Captures } from '../../src/main/ledger/captures.ts';
import { SILENT } from '../../src/main/logs/log.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/shared/settings.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { FakeTimers } from '../fakes/timers.ts';

const TURN = '0b7e6c1e-5a0f-4a55-9d53-6f2f6a3b9c11';
const OTHER = '0b7e6c1e-5a0f-4a55-9d53-6f2f6a3b9c22';
const START = Date.parse('2026-11-24T21:00:00.123Z');
const DAY = 24 * 3_600_000;
const RECORD: CaptureRecord = { prompt: 'where is the treasure', answer: 'under the palm', cut: false };

let home = '';
let timers = new FakeTimers();
let keychain = new FakeKeychain();
let settings: Pick<Settings, 'capture' | 'retention'> = DEFAULT_SETTINGS;
let troubles: (string | null)[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-capture-'));
  timers = new FakeTimers();
  keychain = new FakeKeychain();
  settings = { capture: { ...DEFAULT_SETTINGS.capture, enabled: true }, retention: { days: null } };
  troubles = [];
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function capturesOf(): Captures {
  return new Captures({
    home,
    settings: {
      get current() {
        return settings;
      },
    },
    keychain,
    now: () => START + timers.now(),
    after: timers.after,
    trouble: (reason) => troubles.push(reason),
    log: SILENT,
  });
}

function ticketOf(captures: Captures): number {
  const { ticket } = captures;
  if (ticket === null) throw new Error('nothing is kept');
  return ticket;
}

async function keep(captures: Captures, turn = TURN, record = RECORD): Promise<void> {
  await captures.keep(ticketOf(captures), turn, () => Promise.resolve(record));
}

function files(): string[] {
  try {
    return readdirSync(join(home, 'captures')).map((name) => join(home, 'captures', name));
  } catch {
    return [];
  }
}

function fileOf(turn: string): string {
  const file = files().find((name) => name.includes(turn));
  if (file === undefined) throw new Error(`nothing is kept of ${turn}`);
  return file;
}

test('what was kept can be read again, also by the next gateway', async () => {
  const captures = capturesOf();
  await keep(captures);
  expect(await captures.read(TURN)).toEqual(RECORD);
  expect(await captures.read(OTHER)).toBeNull();
  await captures.close();
  expect(await capturesOf().read(TURN)).toEqual(RECORD);
});

test('on the disk nothing of it can be read, and only its owner can open the file', async () => {
  await keep(capturesOf());
  const [file = ''] = files();
  const bytes = readFileSync(file);
  for (const spelling of ['latin1', 'base64', 'hex'] as const)
    for (const word of ['treasure', 'palm', 'prompt'])
      expect(bytes.includes(Buffer.from(word).toString(spelling).replace(/=+$/, ''))).toBe(false);
  const [key = ''] = keychain.entries.values();
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  expect(bytes.includes(Buffer.from(key, 'base64'))).toBe(false);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'captures')).mode & 0o777).toBe(0o700);
  expect(readdirSync(home)).toEqual(['captures']);
});

test('the same said twice is not the same on the disk', async () => {
  const captures = capturesOf();
  await keep(captures);
  await keep(captures, OTHER);
  const [one, other] = files().map((file) => readFileSync(file));
  expect(one?.length).toBe(other?.length);
  const same = one?.filter((byte, index) => byte === other?.[index]).length ?? 0;
  expect(same).toBeLessThan((one?.length ?? 0) / 4);
});

test('a changed byte anywhere is told, and never shown as an answer', async () => {
  const captures = capturesOf();
  await keep(captures);
  const [file = ''] = files();
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(file, changed);
    await expect(captures.read(TURN), `byte ${at}`).rejects.toMatchObject({ code: 'capture_unreadable' });
  }
  for (const length of [0, 3, 15, 31, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length));
    await expect(captures.read(TURN), `${length} bytes`).rejects.toMatchObject({ code: 'capture_unreadable' });
  }
  writeFileSync(file, whole);
  expect(await captures.read(TURN)).toEqual(RECORD);
});

test('one turn’s record does not pass for another’s', async () => {
  const captures = capturesOf();
  await keep(captures);
  await keep(captures, OTHER, { ...RECORD, answer: 'somewhere else' });
  cpSync(fileOf(TURN), fileOf(OTHER));
  await expect(captures.read(OTHER)).rejects.toMatchObject({ code: 'capture_unreadable' });
});

test('two data folders have keys of their own', async () => {
  await keep(capturesOf());
  const before = home;
  home = mkdtempSync(join(tmpdir(), 'tiergate-capture-'));
  cpSync(before, home, { recursive: true });
  rmSync(before, { recursive: true });
  await expect(capturesOf().read(TURN)).rejects.toMatchObject({ code: 'capture_unreadable' });
});

test('a wipe takes records and key away, so that a copy cannot be opened either', async () => {
  const captures = capturesOf();
  await keep(captures);
  await keep(captures, OTHER);
  const copy = fileOf(TURN);
  const bytes = readFileSync(copy);
  expect(await captures.wipe()).toBe(2);
  expect(files()).toEqual([]);
  expect(keychain.entries.size).toBe(0);
  expect(await captures.read(TURN)).toBeNull();
  await keep(captures, OTHER);
  writeFileSync(copy, bytes);
  await expect(captures.read(TURN)).rejects.toMatchObject({ code: 'capture_unreadable' });
  expect(await captures.read(OTHER)).toEqual(RECORD);
});

test('what was under way at a wipe is not kept after it', async () => {
  const captures = capturesOf();
  await captures.follow();
  const ticket = ticketOf(captures);
  const { promise, resolve } = Promise.withResolvers<CaptureRecord>();
  const writing = captures.keep(ticket, TURN, () => promise);
  const wiped = captures.wipe();
  const after = keep(captures, OTHER);
  resolve(RECORD);
  expect(await wiped).toBe(0);
  await writing;
  await after;
  await captures.keep(ticket, TURN, () => Promise.resolve(RECORD));
  expect(files()).toHaveLength(1);
  expect(await captures.read(OTHER)).toEqual(RECORD);
});

test('a wipe without a keychain lets go of the records and says that the key is left', async () => {
  const captures = capturesOf();
  await keep(captures);
  keychain.missing = 'the keyring is locked.';
  await expect(captures.wipe()).rejects.toMatchObject({ code: 'capture_key_left' });
  expect(files()).toEqual([]);
  keychain.missing = null;
  expect(await captures.wipe()).toBe(0);
  expect(keychain.entries.size).toBe(0);
});

test.each([
  ['as the settings say', 7, null, 7],
  ['no longer than the turns themselves', 30, 3, 3],
])('records are kept %s', async (_, retentionDays, days, kept) => {
  settings = { capture: { ...settings.capture, retentionDays }, retention: { days } };
  const captures = capturesOf();
  await keep(captures);
  timers.pass(kept * DAY);
  await captures.sweep();
  await keep(captures, OTHER);
  expect(files()).toHaveLength(2);
  timers.pass(1000);
  await expect.poll(() => files().map((file) => file.includes(OTHER))).toEqual([true]);
  await captures.sweep();
  for (let day = 0; day < kept; day += 1) {
    expect(files()).toHaveLength(1);
    timers.pass(DAY);
    await expect.poll(() => timers.waiting === 1 || files().length === 0).toBe(true);
  }
  expect(files()).toEqual([]);
  await captures.close();
  expect(timers.waiting).toBe(0);
});

test('fewer days in the settings count at once', async () => {
  const captures = capturesOf();
  await keep(captures);
  timers.pass(2 * DAY);
  settings = { ...settings, capture: { ...settings.capture, enabled: false, retentionDays: 1 } };
  await captures.follow();
  await expect.poll(files).toEqual([]);
});

test('without a keychain nothing is kept, that is told, and it begins when the keychain is there', async () => {
  keychain.missing = 'no Secret Service is running.';
  const captures = capturesOf();
  await captures.follow();
  expect(captures.ticket).toBeNull();
  expect(troubles.at(-1)).toContain('no Secret Service is running.');
  timers.pass(60_000);
  await expect.poll(() => troubles.length).toBe(2);
  keychain.missing = null;
  timers.pass(60_000);
  await expect.poll(() => troubles.at(-1)).toBeNull();
  await keep(captures);
  expect(await captures.read(TURN)).toEqual(RECORD);
  await captures.close();
});

test('an entry that is no key is told and not overwritten, until a wipe', async () => {
  const captures = capturesOf();
  await captures.follow();
  const [name = ''] = keychain.entries.keys();
  keychain.entries.set(name, 'something else');
  const next = capturesOf();
  await next.follow();
  expect(troubles.at(-1)).toContain('is not a key');
  expect(next.ticket).toBeNull();
  expect(keychain.entries.get(name)).toBe('something else');
  await next.wipe();
  await next.follow();
  await keep(next);
  expect(await next.read(TURN)).toEqual(RECORD);
});

test('while it is switched off the keychain is left alone', async () => {
  settings = { ...settings, capture: DEFAULT_SETTINGS.capture };
  const captures = capturesOf();
  await captures.follow();
  expect(captures.ticket).toBeNull();
  expect(keychain.entries.size).toBe(0);
});

test('a disk that takes nothing is told', async () => {
  writeFileSync(join(home, 'captures'), 'a file where the folder would be');
  const captures = capturesOf();
  await keep(captures);
  expect(troubles.at(-1)).toMatch(/EEXIST|ENOTDIR/);
  rmSync(join(home, 'captures'));
  await keep(captures);
  expect(troubles.at(-1)).toBeNull();
  expect(await captures.read(TURN)).toEqual(RECORD);
});
