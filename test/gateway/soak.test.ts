import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Turn } from '../../src/shared/turn.ts';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import type { Script } from '../fakes/provider-script.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { type Upstream, startUpstream } from '../fakes/upstream.ts';
import { TURN, type WholeAnswer, send } from './tool.ts';

/** Ten thousand turns at once and again over three accounts that fail in every way: nothing is lost, doubled or overrun. */

const REQUESTS = 10_000;
const AT_ONCE = 64;
/** Turns that each account may have under way: fewer in all than come at once, so that some always wait. */
const LIMITS = [7, 11, 13];
const KEYS = [0, 1, 2];

/** Numbers from 0 up to 1 that are the same in every run: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const drawn = random(20_261_125);

function oneOf<Value>(values: readonly Value[]): Value {
  return values[Math.floor(drawn() * values.length)] ?? (values[0] as Value);
}

const LIMITED = '{"error":{"message":"Rate limit reached.","type":"requests","code":"rate_limit_exceeded"}}';
const OVERLOADED = 'event: error\ndata: {"type":"error","error":{"code":"server_is_overloaded","message":"busy"}}\n\n';
const LIMITED_EVENT =
  'event: error\ndata: {"type":"error","error":{"code":"rate_limit_exceeded","message":"wait"}}\n\n';

const error = (status: number, body = '{"error":{"message":"no"}}', headers: Record<string, string> = {}): Script => ({
  kind: 'error',
  status,
  body,
  headers,
});
const stream = (body: string): Script => error(200, body, { 'content-type': 'text/event-stream' });

/** What may go wrong with one attempt; cuts leave nothing that could be begun again. */
const FAULTS: readonly (() => Script)[] = [
  () => error(429, LIMITED, { 'retry-after': String(1 + Math.floor(drawn() * 3)) }),
  () => error(429, LIMITED, { 'retry-after-ms': '1200' }),
  () => error(401),
  () => error(500),
  () => error(503),
  () => error(400),
  () => error(404),
  () => ({ kind: 'reset' }),
  () => stream(OVERLOADED),
  () => stream(LIMITED_EVENT),
  () => ({ kind: 'answer', cutAfter: 0 }),
  () => ({ kind: 'answer', cutAfter: 5 }),
];

/** A turn of the event loop, so that others come between the parts of an answer. */
const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let gateway: TestGateway;
let upstreams: Upstream[];
const timers = new FakeTimers();
/** The most requests that each upstream has had under way. */
const most = LIMITS.map(() => 0);
let time = Date.parse('2026-11-24T21:00:00Z');

beforeAll(async () => {
  upstreams = await Promise.all(
    LIMITS.map((_, account) => startUpstream({ keys: KEYS.map((key) => keyOf(account, key)) })),
  );
  for (const [account, upstream] of upstreams.entries()) {
    upstream.always(() => {
      most[account] = Math.max(most[account] ?? 0, upstream.open);
      if (drawn() < 0.2) return oneOf(FAULTS)();
      return { kind: 'answer', text: 'ok', deltas: 1, pause: nextRound };
    });
  }
  const names = LIMITS.flatMap((_, account) =>
    KEYS.map((key): [string, string] => [`KEY_${account}_${key}`, keyOf(account, key)]),
  );
  gateway = await startGateway(
    {
      accounts: upstreams.map(({ baseUrl }, account) =>
        accountAt(baseUrl, {
          id: `a${account}`,
          concurrency: LIMITS[account],
          keys: KEYS.map((key) => ({ env: `KEY_${account}_${key}` })),
        }),
      ),
    },
    { environment: Object.fromEntries(names), after: timers.after, now: () => time },
  );
}, 60_000);

afterAll(async () => {
  await gateway.close();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});

function keyOf(account: number, key: number): string {
  return `sk-fake-provider-key-${account}${key}00`;
}

/** Runs all requests, as many at once as said, and counts how they ended. */
async function run(agent: Agent): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < REQUESTS) {
      begun += 1;
      // Time passes by what is done, so that cooldowns and open breakers end in every run.
      time += 250;
      const call = callOf(begun);
      const end = await send(gateway.origin, { ...call, agent }).then(endOf, () => 'no answer');
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return ends;
}

function callOf(number: number): { body: unknown; headers: Record<string, string> } {
  const conversation: Record<string, string> = number % 3 === 0 ? { session_id: `conversation ${number % 40}` } : {};
  return { body: { ...TURN, input: `turn ${number}`, stream: number % 2 === 0 }, headers: conversation };
}

function endOf({ status, broken, text }: WholeAnswer): string {
  if (status !== 200) return `${status}`;
  if (broken) return 'broken off';
  if (text.includes('"type":"error"')) return 'failed';
  return text.includes('"ok"') ? 'good' : `strange: ${text.slice(0, 200)}`;
}

function endOfRow({ status, error: why, partial }: Turn): string {
  if (status !== 200) return `${status ?? 'none'}`;
  if (why === 'upstream_cut') return 'broken off';
  return partial || why !== null ? 'failed' : 'good';
}

async function allRows(): Promise<Turn[]> {
  const rows: Turn[] = [];
  for (;;) {
    const after = rows.at(-1)?.seq;
    const page = { order: 'oldest' as const, limit: 1000, ...(after === undefined ? {} : { after }) };
    const { turns, more } = await gateway.client.call('turns.page', page);
    rows.push(...turns);
    if (!more) return rows;
  }
}

test(
  'every turn ends in one answer and one row, no slot is lost, and no account has more under way than it may',
  { timeout: 300_000 },
  async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const ends = await run(agent);
    agent.destroy();
    const rows = await allRows();
    // Only answers that somebody could have given, and each of them often.
    expect([...ends.keys()].sort()).toEqual(
      ['200', '400', '404', '429', '500', '502', '503', 'broken off', 'failed', 'good']
        .filter((end) => ends.has(end))
        .sort(),
    );
    expect(ends.get('good') ?? 0).toBeGreaterThan(REQUESTS / 2);
    expect(ends.get('broken off') ?? 0).toBeGreaterThan(0);
    expect(rows).toHaveLength(REQUESTS);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(REQUESTS);
    const inRows = new Map<string, number>();
    for (const row of rows) inRows.set(endOfRow(row), (inRows.get(endOfRow(row)) ?? 0) + 1);
    expect(Object.fromEntries([...inRows].sort())).toEqual(Object.fromEntries([...ends].sort()));
    // Every request that reached an upstream stands in a row, and nothing else does.
    const attempts = rows.reduce(
      (sum, row) => sum + (row.attempts.length > 0 ? row.attempts.length : row.sentAt === null ? 0 : 1),
      0,
    );
    expect(attempts).toBe(upstreams.reduce((sum, { requests }) => sum + requests.length, 0));
    expect(rows.some((row) => row.attempts.length > 2)).toBe(true);

    await Promise.all(upstreams.map((upstream) => upstream.idle()));
    expect(upstreams.flatMap(({ violations }) => violations)).toEqual([]);
    for (const [account, limit] of LIMITS.entries()) {
      expect(most[account]).toBeLessThanOrEqual(limit);
      expect(most[account]).toBeGreaterThan(limit / 2);
    }
    expect(gateway.runtime.status()).toMatchObject({ openTurns: 0, lostRows: 0 });
    expect(gateway.runtime.status().accounts).toMatchObject(LIMITS.map(() => ({ openTurns: 0, waiting: 0 })));
  },
);

test('afterwards every account takes as many turns as it may, and no key is shut', { timeout: 60_000 }, async () => {
  time += 3_600_000;
  // Else each key is tried by one turn first, and these do not end.
  for (const account of LIMITS.keys()) await gateway.client.call('account.reset', { id: `a${account}` });
  const until = Promise.withResolvers<undefined>();
  for (const upstream of upstreams) {
    upstream.reset();
    upstream.always({ kind: 'stall', until: until.promise });
  }
  const all = LIMITS.reduce((sum, limit) => sum + limit, 0);
  const answers = Array.from({ length: all }, () => send(gateway.origin));
  await Promise.all(upstreams.map((upstream, account) => upstream.requested(LIMITS[account] ?? 0)));
  expect(gateway.runtime.status().accounts.map(({ openTurns }) => openTurns)).toEqual(LIMITS);
  until.resolve(undefined);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
  const states = gateway.runtime
    .status()
    .accounts.flatMap(({ keys, breaker }) => [breaker, ...keys.map(({ state }) => state)]);
  expect(states).toEqual(LIMITS.flatMap(() => [null, ...KEYS.map(() => 'ready')]));
});
