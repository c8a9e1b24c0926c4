import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Log, SILENT } from '../../src/main/logs/log.ts';
import { Redactor } from '../../src/main/secrets/redact.ts';
import { Dump, type DumpedAttempt } from '../../src/main/upstream/dump.ts';
import type { UpstreamRequest } from '../../src/main/upstream/dispatch.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/shared/settings.ts';
import { FakeTimers } from '../fakes/timers.ts';

const KEY = 'sk-proj-4fQ8zL2mN7vB1xC9';
const TURN = '0b7e6c1e-5a0f-4a55-9d53-6f2f6a3b9c11';
const START = Date.parse('2026-11-24T21:00:00.123Z');
const HOUR = 3_600_000;

let home = '';
let timers = new FakeTimers();
let settings: Settings['dump'] = DEFAULT_SETTINGS.dump;
let log: Log = SILENT;
const redactor = new Redactor();
redactor.protect(KEY);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-dump-'));
  timers = new FakeTimers();
  settings = { ...DEFAULT_SETTINGS.dump, enabled: true };
  log = SILENT;
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function dumpOf(after = timers.after): Dump {
  return new Dump({
    home,
    settings: {
      get current() {
        return { dump: settings };
      },
    },
    redactor,
    now: () => START + timers.now(),
    after,
    log,
  });
}

function request(over: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    origin: 'https://api.openai.com',
    path: '/v1/responses',
    headers: ['content-type', 'application/json', 'authorization', `Bearer ${KEY}`],
    body: Buffer.from('{"model":"gpt-5.2"}'),
    ...over,
  };
}

function begun(dump: Dump, asked: UpstreamRequest = request(), turn = TURN, attempt = 1): DumpedAttempt {
  const dumped = dump.begin(turn, attempt, asked, {});
  if (dumped === null) throw new Error('dumps are off');
  return dumped;
}

function files(): string[] {
  return readdirSync(join(home, 'dumps')).sort();
}

function text(end: string): string {
  const name = files().find((file) => file.endsWith(end));
  if (name === undefined) throw new Error(`no file ends with ${end}`);
  return readFileSync(join(home, 'dumps', name), 'utf8');
}

/** Writes one attempt whole, and waits until it is on the disk. */
async function written(
  chunks: readonly Buffer[],
  headers: readonly string[] = [],
  failure: string | null = null,
): Promise<void> {
  const dump = dumpOf();
  const attempt = begun(dump);
  attempt.response(200, headers);
  for (const chunk of chunks) attempt.data(chunk);
  attempt.end(failure);
  await dump.close();
}

test('while dumps are off nothing is made, not even a folder', async () => {
  settings = { ...settings, enabled: false };
  const dump = dumpOf();
  expect(dump.begin(TURN, 1, request(), {})).toBeNull();
  await dump.close();
  expect(readdirSync(home)).toEqual([]);
});

test('an attempt is two files, as they were on the wire but for the key', async () => {
  await written([Buffer.from('{"id":'), Buffer.from('"resp_1"}')], ['content-type', 'application/json']);
  expect(files()).toEqual([`20261124T210000123Z_${TURN}_1.request.txt`, `20261124T210000123Z_${TURN}_1.response.txt`]);
  expect(text('request.txt')).toBe(
    'POST https://api.openai.com/v1/responses HTTP/1.1\r\ncontent-type: application/json\r\nauthorization: [removed]\r\n\r\n{"model":"gpt-5.2"}',
  );
  expect(text('response.txt')).toBe('HTTP/1.1 200\r\ncontent-type: application/json\r\n\r\n{"id":"resp_1"}');
});

test('nobody else may read them', async () => {
  mkdirSync(join(home, 'dumps'), { mode: 0o755 });
  chmodSync(join(home, 'dumps'), 0o755);
  await written([]);
  expect(statSync(join(home, 'dumps')).mode & 0o777).toBe(0o700);
  for (const file of files()) expect(statSync(join(home, 'dumps', file)).mode & 0o777).toBe(0o600);
});

test('a turn of any name stays in the folder', async () => {
  const dump = dumpOf();
  begun(dump, request(), '../../etc/pa ss\0wd', 3).end(null);
  await dump.close();
  expect(files()[0]).toBe('20261124T210000123Z_------etc-pa-ss-wd_3.request.txt');
});

describe('what an answer that did not come whole leaves', () => {
  test('where there was none', async () => {
    const dump = dumpOf();
    begun(dump).end('ECONNREFUSED');
    await dump.close();
    expect(text('response.txt')).toBe('\n[broke off: ECONNREFUSED]\n');
  });

  test('where it broke off', async () => {
    await written([Buffer.from('data: 1\n\n')], [], 'UND_ERR_SOCKET');
    expect(text('response.txt')).toBe('HTTP/1.1 200\r\n\r\ndata: 1\n\n\n[broke off: UND_ERR_SOCKET]\n');
  });

  test('where the gateway stopped meanwhile', async () => {
    const dump = dumpOf();
    const attempt = begun(dump);
    attempt.response(200, []);
    await dump.close();
    expect(text('response.txt')).toBe('HTTP/1.1 200\r\n\r\n\n[broke off: the gateway has stopped]\n');
    expect(dump.begin(TURN, 2, request(), {})).toBeNull();
  });
});

describe('somebody who reads every file finds no credential', () => {
  const every = (): string =>
    files()
      .map((file) => readFileSync(join(home, 'dumps', file), 'latin1'))
      .join('\n');

  test.each([
    'authorization',
    'Authorization',
    'x-api-key',
    'api-key',
    'apikey',
    'x-goog-api-key',
    'cookie',
    'set-cookie',
    'proxy-authorization',
    'proxy-anything',
    'chatgpt-account-id',
    'x-tiergate-key',
    'x-auth-token',
    'x-amz-security-token',
    'x-client-secret',
    'sec-websocket-protocol',
    'x-of-the-owner',
  ])('in the header %s', async (name) => {
    const dump = dumpOf();
    const headers = [name, 'Basic c2VjcmV0LXZhbHVl', 'x-request-id', 'req_1'];
    const attempt = dump.begin(TURN, 1, request({ headers }), { 'X-Of-The-Owner': 'hush' });
    if (name !== 'x-of-the-owner') attempt?.response(200, headers);
    attempt?.end(null);
    await dump.close();
    expect(every()).not.toContain('c2VjcmV0');
    expect(every()).toContain('x-request-id: req_1');
  });

  test.each(['key', 'api_key', 'api%2Dkey', 'access_token', 'client_secret', 'code', 'sig', 'X-Signature', 'auth'])(
    'in the query’s %s',
    async (name) => {
      const dump = dumpOf();
      begun(dump, request({ path: `/v1/responses?api-version=2026-01-01&${name}=hush-hush&x=1` })).end(null);
      await dump.close();
      expect(text('request.txt')).toContain(`?api-version=2026-01-01&${name}=[removed]&x=1 HTTP`);
    },
  );

  test('in a header that quotes the key', async () => {
    const dump = dumpOf();
    begun(dump, request({ headers: ['x-note', `the key ${KEY} is mine`] })).end(null);
    await dump.close();
    expect(every()).not.toContain(KEY);
  });

  test('in bodies that quote the key, cut anywhere', async () => {
    const body = Buffer.from(`{"error":{"message":"Incorrect API key provided: ${KEY}. Find yours."}}`);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: body.length }), { maxLength: 6 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), body.length];
        const chunks = at.slice(1).map((end, index) => body.subarray(at[index], end));
        rmSync(join(home, 'dumps'), { recursive: true, force: true });
        await written(chunks);
        expect(text('response.txt')).toContain('provided: [key removed]. Find yours.');
        expect(every()).not.toContain(KEY.slice(0, 8));
      }),
      { numRuns: 30 },
    );
  });

  test('in a request’s body', async () => {
    const dump = dumpOf();
    begun(dump, request({ body: Buffer.from(`{"input":"my key is ${KEY}"}`) })).end(null);
    await dump.close();
    expect(text('request.txt')).toContain('"my key is [key removed]"');
  });

  test.each<[string, (body: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('in a body that is coded as %s', async (coding, code) => {
    const coded = code(Buffer.from(`{"message":"${KEY}"}`));
    await written([coded.subarray(0, 9), coded.subarray(9)], ['content-encoding', coding]);
    expect(text('response.txt')).toContain('{"message":"[key removed]"}');
  });

  test('in a body whose coding cannot be read', async () => {
    await written([Buffer.from(KEY)], ['content-encoding', 'rot13']);
    expect(text('response.txt')).toContain('\n[a body in a coding that cannot be read is not kept]\n');
    expect(every()).not.toContain(KEY);
  });

  test('in a coded body that breaks off', async () => {
    const coded = gzipSync(Buffer.from(`{"message":"${KEY}"}`));
    await written([coded.subarray(0, coded.length - 6)], ['content-encoding', 'gzip'], 'UND_ERR_SOCKET');
    expect(every()).not.toContain(KEY);
    expect(text('response.txt')).toContain('[broke off: UND_ERR_SOCKET]');
  });

  test.each([1, 12, KEY.length - 1])('in the end of a body that is cut %i bytes into the key', async (bytes) => {
    settings = { ...settings, maxKiB: 1 };
    await written([Buffer.from('.'.repeat(1024 - bytes) + KEY)]);
    expect(every()).not.toContain(KEY.slice(0, 8));
    expect(text('response.txt')).toContain('.\n[cut after 1 KiB]\n');
  });

  test.each([8, KEY.length - 1])('in an answer that breaks off %i bytes into the key', async (bytes) => {
    await written([Buffer.from(`key: ${KEY.slice(0, bytes)}`)], [], 'UND_ERR_SOCKET');
    expect(every()).not.toContain(KEY.slice(0, 8));
  });
});

describe('there is never more than the person wants', () => {
  test('of one body', async () => {
    settings = { ...settings, maxKiB: 2 };
    const dump = dumpOf();
    const attempt = begun(dump, request({ body: Buffer.alloc(5000, 'a') }));
    attempt.response(200, []);
    for (let index = 0; index < 50; index += 1) attempt.data(Buffer.alloc(100, 'b'));
    attempt.end(null);
    await dump.close();
    expect(text('request.txt').split('\r\n\r\n')[1]).toBe(`${'a'.repeat(2048)}\n[cut after 2 KiB]\n`);
    expect(text('response.txt')).toBe(`HTTP/1.1 200\r\n\r\n${'b'.repeat(2048)}\n[cut after 2 KiB]\n`);
  });

  test('of a body that grows when it is decoded', async () => {
    settings = { ...settings, maxKiB: 1 };
    await written([gzipSync(Buffer.alloc(50_000_000, 'b'))], ['content-encoding', 'gzip']);
    expect(text('response.txt').length).toBeLessThan(1200);
  });

  test('files, the oldest going first', async () => {
    settings = { ...settings, maxFiles: 4 };
    const dump = dumpOf();
    for (let index = 0; index < 5; index += 1) {
      begun(dump, request(), `turn-${index}`).end(null);
      timers.pass(1000);
    }
    await dump.close();
    expect(files().map((file) => file.split('_')[1])).toEqual(['turn-3', 'turn-3', 'turn-4', 'turn-4']);
  });

  test('hours, also while nothing new is written', async () => {
    settings = { ...settings, maxAgeHours: 2 };
    const dump = dumpOf();
    begun(dump).end(null);
    await dump.sweep();
    await expect.poll(() => files().length).toBe(2);
    await expect.poll(() => timers.waiting).toBe(1);
    timers.pass(2 * HOUR - 1);
    expect(files()).toHaveLength(2);
    timers.pass(1);
    await expect.poll(() => files()).toEqual([]);
    await dump.close();
  });

  test('a month, without a timer that is longer than timers can be', async () => {
    settings = { ...settings, maxAgeHours: 24 * 30 };
    const waits: number[] = [];
    const dump = dumpOf((milliseconds, action) => {
      waits.push(milliseconds);
      return timers.after(milliseconds, action);
    });
    begun(dump).end(null);
    await expect.poll(() => waits.length).toBeGreaterThan(0);
    await dump.close();
    expect(Math.max(...waits)).toBeLessThan(2 ** 31);
    expect(files()).toHaveLength(2);
  });

  test('after a start, also when dumps are off now, and no file of anybody else is touched', async () => {
    await written([]);
    writeFileSync(join(home, 'dumps', 'my notes.txt'), 'mine');
    settings = { ...settings, enabled: false };
    timers.pass(25 * HOUR);
    const dump = dumpOf();
    await dump.sweep();
    expect(files()).toEqual(['my notes.txt']);
    await dump.close();
  });
});

test('where nothing can be written the turn does not notice, and the log says so once', async () => {
  writeFileSync(join(home, 'dumps'), 'a file stands where the folder should');
  const warnings: string[] = [];
  log = { ...SILENT, warn: (_, message) => warnings.push(message) };
  const dump = dumpOf();
  const attempt = begun(dump);
  attempt.response(200, []);
  for (let index = 0; index < 100; index += 1) attempt.data(Buffer.alloc(1_000_000));
  attempt.end(null);
  begun(dump, request(), TURN, 2).end(null);
  await dump.close();
  expect(warnings).toEqual(['dumps cannot be written']);
  expect(dump.failures).toBeGreaterThan(1);
});

test('a turn’s attempts are read in their order, and no other’s', async () => {
  const dump = dumpOf();
  begun(dump, request(), TURN, 2).end('ECONNRESET');
  begun(dump, request(), TURN, 1).end('ECONNREFUSED');
  begun(dump, request(), 'another-turn', 1).end(null);
  await dump.close();
  const attempts = await dump.read(TURN);
  expect(attempts.map(({ response }) => response.trim())).toEqual([
    '[broke off: ECONNREFUSED]',
    '[broke off: ECONNRESET]',
  ]);
  expect(attempts[0]?.request).toContain('POST https://api.openai.com/v1/responses');
  expect(await dump.read('no-such-turn')).toEqual([]);
});
