import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Ledger } from '../../src/main/ledger/ledger.ts';
import type { Check } from '../../src/shared/calls/app.ts';
import type { Report } from '../../src/shared/calls/data.ts';
import { TURN_KINDS } from '../fakes/turn-sample.ts';
import { BUILT, Tiergate } from './tiergate.ts';

const TIMEOUT = 60_000;

/** Commands over a ledger while no gateway runs; with 1,210 turns, so that an export has several pieces. */
const ROUNDS = 110;

let home: string;
let tiergate: Tiergate;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  chmodSync(home, 0o700);
  const { ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0);
  for (let round = 0; round < ROUNDS; round += 1)
    TURN_KINDS.forEach((turn, index) => ledger.record({ ...turn, id: `turn-${round}-${index}` }));
  ledger.close();
  tiergate = new Tiergate(BUILT, home, { PATH: process.env['PATH'] });
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('export', () => {
  test('writes every turn, under one head', { timeout: TIMEOUT }, async () => {
    const { code, out } = await tiergate.run(['export']);
    const rows: Record<string, string>[] = parse(out, { columns: true });
    expect([code, rows.length]).toEqual([0, ROUNDS * TURN_KINDS.length]);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, index) => index + 1));
  });

  test('keeps to its filters, and writes a file that is its owner’s alone', { timeout: TIMEOUT }, async () => {
    const file = join(home, 'fast.jsonl');
    const { code, out } = await tiergate.run(['export', '--format', 'jsonl', '--tool', 'cursor', '--out', file]);
    expect([code, out]).toEqual([0, '']);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const tools = lines.map((line) => (JSON.parse(line) as { tool: string }).tool);
    expect(new Set(tools)).toEqual(new Set(['cursor']));
    expect(tools).toHaveLength(ROUNDS * TURN_KINDS.filter(({ tool }) => tool === 'cursor').length);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['a folder that is not there', '/nowhere/turns.csv', /cannot be written: .*ENOENT.*\/nowhere\/turns\.csv/],
    ['a disk that is full', '/dev/full', /cannot be written: .*ENOSPC/],
  ])('says that %s cannot be written to', { timeout: TIMEOUT }, async (_, file, said) => {
    const { code, out, err } = await tiergate.run(['export', '--out', file]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(said);
    expect(err).toContain('Name another place');
    expect(err).not.toContain('    at ');
  });

  test('refuses a time that is none', { timeout: TIMEOUT }, async () => {
    expect(await tiergate.run(['export', '--from', 'yesterday'])).toMatchObject({ code: 2, out: '' });
  });
});

test('doctor says what is well, and ends with 1 where something is not', { timeout: TIMEOUT }, async () => {
  const well = await tiergate.run(['doctor', '--json']);
  const checks = JSON.parse(well.out) as Check[];
  expect(checks.find(({ id }) => id === 'ledger')).toMatchObject({
    result: 'ok',
    detail: `Turns: ${ROUNDS * TURN_KINDS.length}, sound.`,
  });
  expect(checks.filter(({ id, result }) => result === 'failed' && id !== 'port')).toEqual([]);
  chmodSync(join(home, 'ledger.sqlite'), 0o644);
  const unwell = await tiergate.run(['doctor']);
  chmodSync(join(home, 'ledger.sqlite'), 0o600);
  expect(unwell.code).toBe(1);
  expect(unwell.out).toMatch(/^FAILED {3}files .*ledger\.sqlite\.\n +Run: chmod 600/m);
});

test('backup makes a copy and names it', { timeout: TIMEOUT }, async () => {
  const { code, out } = await tiergate.run(['backup']);
  expect(code).toBe(0);
  expect(statSync(out.trim()).size).toBeGreaterThan(10_000);
  expect(out.trim().startsWith(join(home, 'backups'))).toBe(true);
});

test('reconcile compares a file from standard input', { timeout: TIMEOUT }, async () => {
  const csv = 'start_time,model,service_tier,num_model_requests\n1795219200,gpt-5.5,default,1\n';
  const { code, err } = await tiergate.run(['reconcile', '-'], csv);
  expect([code, err]).toEqual([1, expect.stringContaining('there is no account')]);
  const answered = await tiergate.run(['reconcile', '-', '--json', '--account', 'openai'], csv);
  expect(answered.code).toBe(1);
  expect((JSON.parse(answered.err) as { error: Partial<Report> & { code: string } }).error.code).toBe('report_refused');
});
