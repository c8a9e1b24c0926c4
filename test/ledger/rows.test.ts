import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { LedgerReader } from '../../src/main/ledger/reader.ts';
import { COLUMNS, rowOf, turnOf } from '../../src/main/ledger/row.ts';
import type { NewTurn, Turn } from '../../src/shared/turn.ts';
import { TURN_KINDS, sampleTurn } from '../fakes/turn-sample.ts';

let home: string;
let ledger: Ledger;
let asked: LedgerReader | null;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  ({ ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0));
  asked = null;
});

afterEach(async () => {
  await asked?.close();
  ledger.close();
  rmSync(home, { recursive: true, force: true });
});

/** The reader, whose thread is started by the first question. */
function reader(): LedgerReader {
  return (asked ??= new LedgerReader(ledgerFile(home)));
}

/** A turn in which no two members are alike, so that none can take another's column. */
const FULL: NewTurn = {
  id: 'turn-id',
  responseId: 'resp_1',
  startedAt: 1_000_001,
  sentAt: 1_000_004,
  firstTokenAt: 1_000_002,
  endedAt: 1_000_003,
  tool: 'codex',
  session: 'session-9',
  account: 'openai',
  keyFingerprint: 'a1b2c3d4e5f6',
  ownKey: true,
  dialect: 'messages',
  transport: 'websocket',
  route: '/messages',
  streamed: true,
  models: { requested: 'gpt-5.5-fast', upstream: 'gpt-5.5', served: 'gpt-5.5-2026 \u2603' },
  tiers: { requested: 'priority', sent: 'flex', served: 'default', billed: 'scale' },
  servedTrust: 'reported',
  verdict: 'force',
  rule: 'rule-1',
  observed: [
    { rule: 'watch-1', action: 'block' },
    { rule: 'watch-2', action: 'filter' },
  ],
  tokens: { input: 11, cached: 12, cacheWrite: 13, cacheWriteHour: 6, output: 14, reasoning: 15 },
  cost: { input: 21, cached: 22, cacheWrite: 23, cacheWriteHour: 26, output: 24, total: Number.MAX_SAFE_INTEGER },
  costBasis: 'credits',
  saved: 31,
  premium: 32,
  priceVersion: '2026-11-01',
  status: 429,
  error: 'upstream_429',
  partial: true,
  attempts: [
    { account: 'first', keyFingerprint: 'ffff', startedAt: 1, sentTier: 'flex', status: 429, error: 'rate_limited' },
    { account: 'openai', keyFingerprint: null, startedAt: 2, sentTier: null, status: null, error: null },
  ],
  toolCalls: [{ server: 'files', tool: 'read', took: 41, error: 'timeout' }],
};

/** A turn of which nothing is known that may be unknown. */
const BARE: NewTurn = {
  ...FULL,
  id: 'bare',
  responseId: null,
  sentAt: null,
  firstTokenAt: null,
  session: null,
  route: null,
  costBasis: null,
  saved: null,
  premium: null,
  attempts: [],
  toolCalls: [],
  account: null,
  keyFingerprint: null,
  ownKey: null,
  streamed: false,
  models: { requested: null, upstream: null, served: null },
  tiers: { requested: null, sent: null, served: null, billed: null },
  servedTrust: null,
  verdict: null,
  rule: null,
  observed: [],
  tokens: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null },
  cost: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total: null },
  priceVersion: null,
  status: null,
  error: null,
  partial: false,
};

const NOTHING_COUNTED: NewTurn = {
  ...BARE,
  id: 'zeros',
  ownKey: false,
  tokens: { input: 0, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, reasoning: 0 },
  cost: { input: 0, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, total: 0 },
};

async function readBack(turn: NewTurn): Promise<Turn | undefined> {
  const recorded = ledger.record(turn);
  const { turns } = await reader().page({ order: 'newest', limit: 1 });
  expect(turns[0]).toEqual(recorded);
  return turns[0];
}

describe('a row', () => {
  test.each([
    ['everything known', FULL],
    ['nothing known', BARE],
    ['nothing counted', NOTHING_COUNTED],
  ])('with %s comes back as it was written', async (_name, turn) => {
    expect(await readBack(turn)).toEqual({ ...turn, seq: 1 });
  });

  test('of every kind of turn comes back as it was written', async () => {
    const recorded = TURN_KINDS.map((turn) => ledger.record(turn));
    const { turns } = await reader().page({ order: 'oldest', limit: 1000 });
    expect(turns).toEqual(recorded);
    expect(turns).toEqual(TURN_KINDS);
  });

  test('fills every column of the table, each with its own value', () => {
    ledger.record(FULL);
    const database = new DatabaseSync(ledgerFile(home), { readOnly: true });
    const row = { ...database.prepare('SELECT * FROM turn').get() };
    database.close();
    expect(Object.keys(row).sort()).toEqual([...COLUMNS, 'seq'].sort());
    expect(COLUMNS.map((column) => row[column])).toEqual(rowOf(FULL));
    const values = Object.entries(row).filter(([name]) => !['seq', 'streamed', 'partial'].includes(name));
    expect(new Set(values.map(([, value]) => value)).size).toBe(values.length);
  });

  test('that another program wrote is refused, not guessed at', () => {
    const row = Object.fromEntries(COLUMNS.map((column, index) => [column, rowOf(FULL)[index] ?? null]));
    expect(() => turnOf({ ...row, seq: 1 })).not.toThrow();
    expect(() => turnOf({ ...row, seq: 1, verdict: 'maybe' })).toThrow();
    expect(() => turnOf({ ...row, seq: 1, tokens_input: -1 })).toThrow();
  });

  test('has no place for what a prompt or an answer said', () => {
    expect(COLUMNS.filter((column) => /prompt|answer|input$|output$|body|text/.test(column))).toEqual([
      'tokens_input',
      'tokens_output',
      'cost_input',
      'cost_output',
    ]);
  });
});

describe('pages', () => {
  /** Records turns named by their number. */
  function record(from: number, to: number): void {
    for (let number = from; number <= to; number += 1) ledger.record({ ...sampleTurn(number), id: `turn-${number}` });
  }

  async function page(request: Parameters<LedgerReader['page']>[0]): Promise<{ seqs: number[]; more: boolean }> {
    const { turns, more } = await reader().page(request);
    expect(turns.map(({ id, seq }) => id === `turn-${seq}`)).not.toContain(false);
    return { seqs: turns.map(({ seq }) => seq), more };
  }

  test('of an empty ledger are empty', async () => {
    expect(await page({ order: 'newest', limit: 10 })).toEqual({ seqs: [], more: false });
    expect(await page({ order: 'oldest', limit: 10 })).toEqual({ seqs: [], more: false });
  });

  test('say whether there is more, also at the very edge', async () => {
    record(1, 3);
    expect(await page({ order: 'newest', limit: 2 })).toEqual({ seqs: [3, 2], more: true });
    expect(await page({ order: 'newest', limit: 3 })).toEqual({ seqs: [3, 2, 1], more: false });
    expect(await page({ order: 'newest', limit: 1, after: 2 })).toEqual({ seqs: [1], more: false });
    expect(await page({ order: 'oldest', limit: 1, after: 2 })).toEqual({ seqs: [3], more: false });
    expect(await page({ order: 'oldest', limit: 1, after: 3 })).toEqual({ seqs: [], more: false });
  });

  test('from the newest do not shift while rows arrive', async () => {
    record(1, 6);
    const first = await page({ order: 'newest', limit: 3 });
    record(7, 9);
    const second = await page({ order: 'newest', limit: 3, after: 4 });
    expect([first, second]).toEqual([
      { seqs: [6, 5, 4], more: true },
      { seqs: [3, 2, 1], more: false },
    ]);
  });

  test('from the oldest go on to rows that arrived meanwhile', async () => {
    record(1, 3);
    expect(await page({ order: 'oldest', limit: 2 })).toEqual({ seqs: [1, 2], more: true });
    record(4, 5);
    expect(await page({ order: 'oldest', limit: 2, after: 2 })).toEqual({ seqs: [3, 4], more: true });
    expect(await page({ order: 'oldest', limit: 2, after: 4 })).toEqual({ seqs: [5], more: false });
  });

  test('are answered in a thread of their own, with each row at once', async () => {
    for (let number = 1; number <= 50; number += 1) {
      record(number, number);
      expect((await page({ order: 'newest', limit: 1 })).seqs).toEqual([number]);
    }
  });

  test('many at once are each answered', async () => {
    record(1, 20);
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, index) => page({ order: 'oldest', limit: 1, after: index })),
    );
    expect(pages.map(({ seqs }) => seqs[0])).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});

test('questions that are open when the reader ends fail, and do not hang', async () => {
  const question = reader().page({ order: 'newest', limit: 1 });
  await reader().close();
  await expect(question).rejects.toThrow('has ended');
});
