import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createHash } from 'node:crypto';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { Digest } from '../../src/main/ledger/digest/digest.ts';
import { prepareQueries } from '../../src/main/ledger/queries.ts';
import { COLUMNS, rowOf } from '../../src/main/ledger/row.ts';
import { AccountSchema } from '../../src/shared/account.ts';
import { PRICE_TABLE } from '../../src/shared/prices/table.ts';
import { Pricing } from '../../src/shared/pricing.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

/*
 * A ledger of a million turns: how long questions take, what a row costs, and what the figures of a turn cost.
 *
 *   npm run bench:ledger -- [--turns 1000000] [--days 365]
 *
 * A page of a hundred turns is to take less than 20 ms, and the sums of a month less than 100; what takes longer is a FAIL.
 */
const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(name);
  return at === -1 ? usual : Number(process.argv[at + 1]);
};
const TURNS = option('--turns', 1_000_000);
const DAYS = option('--days', 365);
const END = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;
const MONTH = { from: END - 30 * DAY, until: END };

const account = AccountSchema.parse({
  id: 'openai',
  kind: 'apikey',
  provider: 'openai',
  baseUrl: 'https://api.openai.com/v1',
});
const pricing = new Pricing(PRICE_TABLE, {
  accounts: [account, { ...account, id: 'second' }, { ...account, id: 'plan', kind: 'oauth' }],
  prices: [],
});

/** Who uses what: people's tools keep to few models and accounts. */
const USES = [
  {
    tool: 'codex',
    account: 'plan',
    models: ['gpt-5.5', 'gpt-6-sol', 'gpt-5.6-sol'],
    tiers: ['priority', 'priority', null],
  },
  { tool: 'codex', account: 'plan', models: ['gpt-6-astra', 'gpt-6-sol'], tiers: ['priority', 'ultrafast'] },
  { tool: 'codex', account: 'openai', models: ['gpt-5.5', 'gpt-6-astra'], tiers: ['priority', null] },
  {
    tool: 'claude-code',
    account: 'second',
    models: ['gpt-6-sol', 'gpt-6-luna', 'gpt-5.4-mini'],
    tiers: [null, 'default'],
  },
  {
    tool: 'cursor',
    account: 'openai',
    models: ['gpt-5.5', 'gpt-6-luna', 'gpt-5.4-mini', 'gpt-7-unknown'],
    tiers: ['priority', 'default'],
  },
  { tool: 'scripts', account: 'second', models: ['gpt-6-luna', 'gpt-5.4-mini'], tiers: ['flex', null] },
  { tool: 'nightly-eval', account: 'openai', models: ['gpt-6-astra', 'gpt-5.5', 'gpt-6-sol'], tiers: ['flex'] },
  { tool: 'review-bot', account: 'openai', models: ['gpt-6-sol'], tiers: ['priority', 'flex', 'default'] },
] as const;
const ERRORS = ['upstream_429', 'upstream_500', 'tool_left'];

/** Always the same numbers, so that runs can be compared. */
let seed = 42;
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
}
const pick = <Value>(list: readonly Value[]): Value => list[random(list.length)] as Value;

function turn(number: number): Turn {
  const startedAt = END - DAYS * DAY + Math.floor((number * DAYS * DAY) / TURNS);
  const { tool, account, models, tiers } = pick(USES);
  const requested = pick<string | null>(tiers);
  const filtered = requested === 'priority' || requested === 'ultrafast';
  const sent = filtered && random(10) > 0 ? 'default' : requested;
  const failed = random(50) === 0;
  const model = pick<string>(models);
  const read = 1000 + random(60_000);
  const rare = number === Math.floor(TURNS / 3);
  const id = createHash('sha256').update(String(number)).digest('hex');
  const made = sampleTurn(number, {
    id: `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(12, 15)}-8${id.slice(15, 18)}-${id.slice(18, 30)}`,
    responseId: `resp_${Math.floor(startedAt / 1000).toString(16)}${id.slice(0, 40)}`,
    startedAt,
    sentAt: startedAt + 2,
    firstTokenAt: startedAt + 300 + random(900),
    endedAt: startedAt + 1500 + random(9000),
    tool: rare ? 'once-only' : tool,
    account,
    session: `session-${Math.floor(number / 25)}`,
    models: { requested: model, upstream: model, served: model },
    tiers: { requested, sent, served: failed ? null : (sent ?? 'default'), billed: sent ?? 'default' },
    verdict: sent === requested ? 'pass' : 'filter',
    rule: sent === requested ? null : 'no-fast',
    tokens: failed
      ? { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null }
      : {
          input: read,
          cached: Math.floor(read / 2),
          cacheWrite: 0,
          cacheWriteHour: 0,
          output: random(3000),
          reasoning: 64,
        },
    error: failed ? pick(ERRORS) : null,
    partial: failed && random(3) === 0,
  });
  return { ...made, ...pricing.price(made) };
}

function line(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(58)} ${value}\n`);
}

const milliseconds = (took: number): string => `${took.toFixed(took < 10 ? 2 : 0).padStart(8)} ms`;

/** Writes rows by the million; the gateway's own way would take minutes. */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  const insert = database.prepare(
    `INSERT INTO turn (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  );
  for (let from = 1; from <= TURNS; from += 20_000) {
    database.exec('BEGIN');
    for (let number = from; number < from + 20_000 && number <= TURNS; number += 1) insert.run(...rowOf(turn(number)));
    database.exec('COMMIT');
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** What one row costs the gateway's thread. */
function insertCost(home: string, from: number, rows: number): number {
  const { ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => END);
  const turns = Array.from({ length: rows }, (_, index) => turn(from + index));
  for (const one of turns.slice(0, 500)) ledger.record(one);
  const begin = performance.now();
  for (const one of turns.slice(500)) ledger.record(one);
  const took = ((performance.now() - begin) * 1000) / (rows - 500);
  ledger.close();
  return took;
}

/** What must hold, in milliseconds. */
const GOALS = { page: 20, month: 100 } as const;

/** Asks eight times; the first does not count. CPU is what it would take on a machine with nothing else to do. */
function timed(name: string, ask: () => unknown, goal: keyof typeof GOALS | null = null): void {
  ask();
  const times: number[] = [];
  const work: number[] = [];
  for (let run = 0; run < 7; run += 1) {
    const [begin, before] = [performance.now(), process.cpuUsage()];
    ask();
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - begin);
    work.push((user + system) / 1000);
  }
  const median = (list: number[]): number => list.toSorted((one, other) => one - other)[3] ?? 0;
  const missed = goal !== null && median(times) >= GOALS[goal];
  if (missed) process.exitCode = 1;
  line(
    name,
    `${milliseconds(median(times))} median, ${milliseconds(Math.max(...times))} worst of 7, ${milliseconds(median(work))} CPU${missed ? ' FAIL' : ''}`,
  );
}

const home = mkdtempSync(join(tmpdir(), 'tiergate-million-'));
try {
  const samples = Array.from({ length: 1000 }, (_, index) => turn(TURNS - index));
  const beginPrices = performance.now();
  let priced = 0;
  for (let round = 0; round < 1000; round += 1)
    for (const sample of samples) priced += pricing.price(sample).cost.total === null ? 0 : 1;
  const each = (performance.now() - beginPrices) / 1000;
  line('a turn’s figures', `${each.toFixed(2).padStart(8)} µs, ${priced / 10_000} % of turns with a price`);

  const empty = mkdtempSync(join(tmpdir(), 'tiergate-million-'));
  line('a row into an empty ledger', `${insertCost(empty, 1, 20_500).toFixed(1).padStart(8)} µs`);
  rmSync(empty, { recursive: true });

  Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => END).ledger.close();
  const file = ledgerFile(home);
  fill(file);
  line(
    'a row into a ledger of so many',
    `${insertCost(home, TURNS + 1, 20_500)
      .toFixed(1)
      .padStart(8)} µs`,
  );
  line('the ledger', `${(statSync(file).size / 1e6).toFixed(0).padStart(8)} MB, ${TURNS} turns over ${DAYS} days`);

  // In this thread, so that its CPU time can be read; the gateway asks in a thread of its own.
  const digest = Digest.open(join(home, 'digest.sqlite'), file);
  const reader = prepareQueries(digest);
  const plain = { filter: {}, by: [], zone: 'UTC' } as const;
  const [beginDigest, cpuDigest] = [performance.now(), process.cpuUsage()];
  digest.catchUpWhole();
  const work = process.cpuUsage(cpuDigest);
  line(
    'the digest made from nothing',
    `${milliseconds(performance.now() - beginDigest)}, ${milliseconds((work.user + work.system) / 1000)} CPU`,
  );
  const { total } = reader.sums(plain);
  line(
    'the digest',
    `${(statSync(join(home, 'digest.sqlite')).size / 1e6).toFixed(0).padStart(8)} MB, ${total.turns} turns of ${digest.kinds.all.length} kinds`,
  );

  const middle = Math.floor(TURNS / 2);
  const page =
    (filter: object, more: object = {}) =>
    () =>
      reader.page({ order: 'newest', limit: 100, filter, ...more });
  timed('page: the newest 100', page({}), 'page');
  timed('page: 100 from the middle', page({}, { after: middle }), 'page');
  timed('page: of one tool', page({ tools: ['cursor'] }), 'page');
  timed('page: of a tool that was used once', page({ tools: ['once-only'] }), 'page');
  timed(
    'page: of tool, model, tier and verdict',
    page({ tools: ['codex'], models: ['gpt-6-luna'], tiers: ['flex'], verdicts: ['pass'] }, { after: middle }),
    'page',
  );
  timed('page: of nothing that there is', page({ tools: ['review-bot'], models: ['gpt-8'] }), 'page');
  timed('page: failed', page({ status: 'failed' }), 'page');
  timed(
    'page: of one day half a year ago',
    page({ from: END - DAYS * 0.5 * DAY, until: END - DAYS * 0.5 * DAY + DAY }),
    'page',
  );
  timed('page: with a text', page({ text: 'LUNA' }), 'page');
  timed('page: with a text that is nowhere', page({ text: 'nowhere' }), 'page');
  timed('page: by the beginning of an id', page({ text: turn(5).id.slice(0, 9) }), 'page');
  timed('page: of one session', page({ session: 'session-999' }), 'page');
  timed('page: the oldest 100 of a model', page({ models: ['gpt-6-astra'] }, { order: 'oldest' }), 'page');
  timed('page: 1000 of a verdict', page({ verdicts: ['filter'] }, { limit: 1000 }));

  const sums = (request: object) => () => reader.sums({ ...plain, ...request });
  timed('sums: of a month', sums({ filter: MONTH }), 'month');
  timed('sums: of a month, by day', sums({ filter: MONTH, by: ['day'], zone: 'Europe/Berlin' }), 'month');
  timed('sums: of a month, by model and tier', sums({ filter: MONTH, by: ['model', 'tier'] }), 'month');
  timed(
    'sums: of a month, by day and tool',
    sums({ filter: MONTH, by: ['day', 'tool'], zone: 'America/New_York' }),
    'month',
  );
  timed('sums: of a month, by hour', sums({ filter: MONTH, by: ['hour'] }), 'month');
  timed(
    'sums: of a month, by day where days begin at half past',
    sums({ filter: MONTH, by: ['day'], zone: 'Asia/Kolkata' }),
    'month',
  );
  timed(
    'sums: of a month with a text, by verdict',
    sums({ filter: { ...MONTH, text: 'luna' }, by: ['verdict'] }),
    'month',
  );
  timed('sums: of a month of a tool, by tier', sums({ filter: { ...MONTH, tools: ['codex'] }, by: ['tier'] }), 'month');
  timed('sums: of everything', sums({}));
  timed('sums: of everything, by day', sums({ by: ['day'] }));
  timed('count: failed', () => reader.count({ filter: { status: 'failed' } }));
  timed('facets', () => reader.facets(null));
  timed('unpriced', () => reader.unpriced(null));
  timed('get', () => reader.get({ id: turn(5).id }));
  timed('spend since the month began', () => reader.spend({ from: MONTH.from }));
  digest.close();
} finally {
  rmSync(home, { recursive: true });
}
