import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from '../../src/main/logs/log.ts';
import { readLogPage } from '../../src/main/logs/log-page.ts';
import { sayAsItIs } from '../../src/shared/sentences.ts';

const ALL = { level: 'debug', text: '', limit: 100 } as const;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function write(text: string): void {
  mkdirSync(join(home, 'logs'), { recursive: true });
  writeFileSync(join(home, 'logs', 'tiergate.log'), text);
}

const line = (level: number, second: number, msg: string, more: object = {}): string =>
  `${JSON.stringify({ level, time: new Date(second * 1000).toISOString(), ...more, msg })}\n`;

test('reads what the log wrote', async () => {
  const log = openLog({ home, redact: (text) => text });
  log.warn({ account: 'lab', status: 429 }, sayAsItIs('cooling down'));
  await expect
    .poll(() => readLogPage(home, ALL), { interval: 5 })
    .toMatchObject([{ level: 'warn', message: 'cooling down', fields: { account: 'lab', status: 429 } }]);
  log.close();
});

test('gives the newest as asked, oldest first', () => {
  write(
    [line(30, 1, 'one'), line(50, 2, 'two'), line(40, 3, 'Three', { tool: 'codex' }), line(20, 4, 'four')].join(''),
  );
  const said = (request: object): string[] => readLogPage(home, { ...ALL, ...request }).map(({ message }) => message);
  expect(said({})).toEqual(['one', 'two', 'Three', 'four']);
  expect(said({ limit: 2 })).toEqual(['Three', 'four']);
  expect(said({ level: 'warn' })).toEqual(['two', 'Three']);
  expect(said({ text: 'CODEX' })).toEqual(['Three']);
  expect(readLogPage(home, ALL)[0]).toEqual({ at: 1000, level: 'info', message: 'one', fields: {} });
});

test.each([
  ['there is no log', null, []],
  ['the last line is being written', `${line(30, 1, 'whole')}{"level":30,"ti`, ['whole']],
  ['a line is of another program', `${line(30, 1, 'ours')}hello\n{"level":35}\n`, ['ours']],
])('is not troubled where %s', (_, text, messages) => {
  if (text !== null) write(text);
  expect(readLogPage(home, ALL).map(({ message }) => message)).toEqual(messages);
});

test('looks at the end of a large log only', () => {
  write(line(30, 1, 'first') + line(30, 2, 'x'.repeat(5 * 1024 * 1024)) + line(30, 3, 'last'));
  expect(readLogPage(home, ALL).map(({ message }) => message)).toEqual(['last']);
});
