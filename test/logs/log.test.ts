import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LogOptions, SILENT, openLog } from '../../src/main/logs/log.ts';
import { Redactor } from '../../src/main/secrets/redact.ts';
import { sayAsItIs } from '../../src/shared/sentences.ts';

const KEY = 'sk-"quoted"\\key';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function file(): string {
  return join(home, 'logs', 'tiergate.log');
}

/** The lines of the log once there are so many. */
async function lines(count: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const read = (): string[] => readFileSync(file(), 'utf8').split('\n').slice(0, -1);
  await expect.poll(() => read().length, { interval: 5 }).toBe(count);
  return read().map((line) => JSON.parse(line) as Record<string, unknown>);
}

function open(options: Partial<LogOptions> = {}): ReturnType<typeof openLog> {
  return openLog({ home, redact: (line) => line, ...options });
}

describe('the log', () => {
  test('keeps what was said before its end, and is deaf to what comes after', async () => {
    const log = open();
    log.info({}, sayAsItIs('the last word'));
    log.close();
    await expect.poll(() => readFileSync(file(), 'utf8')).toContain('the last word');
    // Until the stream has let go of its file it would only be too late, afterwards it would throw.
    for (let again = 0; again < 3; again += 1) {
      for (const write of [log.info, log.warn, log.error]) write({}, sayAsItIs('too late'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await lines(1)).toHaveLength(1);
  });

  test('is JSON lines with a time, a level and a message, for its owner alone', async () => {
    const log = open();
    log.info({ port: 4141 }, sayAsItIs('listening'));
    log.warn({}, sayAsItIs('careful'));
    log.error({ error: 'EACCES' }, sayAsItIs('failed'));
    const written = await lines(3);
    expect(written.map(({ level, msg }) => [level, msg])).toEqual([
      [30, 'listening'],
      [40, 'careful'],
      [50, 'failed'],
    ]);
    expect(written[0]).toMatchObject({ port: 4141, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'logs')).mode & 0o777).toBe(0o700);
    log.close();
  });

  test('leaves out what is below its level', async () => {
    const log = open({ level: 'warn' });
    log.info({}, sayAsItIs('chatter'));
    log.warn({}, sayAsItIs('careful'));
    expect((await lines(1))[0]).toMatchObject({ msg: 'careful' });
    log.close();
  });

  test('goes on where an earlier one ended', async () => {
    const first = open();
    first.info({}, sayAsItIs('one'));
    await lines(1);
    first.close();
    const second = open();
    second.info({}, sayAsItIs('two'));
    expect((await lines(2)).map(({ msg }) => msg)).toEqual(['one', 'two']);
    second.close();
  });

  test('that goes nowhere makes no file', () => {
    SILENT.info({}, sayAsItIs('x'));
    SILENT.warn({}, sayAsItIs('x'));
    SILENT.error({}, sayAsItIs('x'));
    SILENT.close();
    expect(() => readFileSync(file())).toThrow('ENOENT');
  });
});

describe('attack: text that wants to be more than text', () => {
  test('a line break begins no line of its own', async () => {
    const log = open();
    log.info({ path: '/v1\n{"level":50,"msg":"forged"}', tool: 'a\r\u2028b' }, sayAsItIs('refused\n{"level":50}'));
    const [line] = await lines(1);
    expect(line).toMatchObject({ level: 30, msg: 'refused\n{"level":50}' });
    log.close();
  });

  test('a key is taken out of fields and message, however it is escaped', async () => {
    const redactor = new Redactor();
    redactor.protect(KEY);
    const log = open({ redact: (line) => redactor.text(line) });
    log.error({ error: `401: bad key ${KEY}`, url: `?key=${encodeURIComponent(KEY)}` }, sayAsItIs(`tried ${KEY}`));
    const [line] = await lines(1);
    expect(line).toMatchObject({
      error: '401: bad key [key removed]',
      url: '?key=[key removed]',
      msg: 'tried [key removed]',
    });
    log.close();
  });
});
