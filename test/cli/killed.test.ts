import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accountAt, makeHome, writeSettings } from '../fakes/gateway.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';
import { TURN, begin, send } from '../gateway/tool.ts';
import { BUILT, Tiergate } from './tiergate.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A gateway that is killed outright has a row for every turn whose end its tool has seen. */
const TURNS = 500;

let upstream: Upstream;
let tiergate: Tiergate;

beforeEach(async () => {
  upstream = await startUpstream();
  tiergate = new Tiergate(BUILT, makeHome(), { LAB_KEY: FAKE_KEY });
  writeSettings(tiergate.home, { accounts: [accountAt(upstream.baseUrl)] });
});

afterEach(async () => {
  await upstream.close();
  rmSync(tiergate.home, { recursive: true, force: true });
});

/** The ids of the rows, as the ledger's file has them, after the check that SQLite itself makes of it. */
function rowsAfterCheck(): string[] {
  const database = new DatabaseSync(join(tiergate.home, 'ledger.sqlite'));
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  const rows = database.prepare('SELECT response_id FROM turn').all();
  database.close();
  return rows.map((row) => String(row['response_id'])).toSorted();
}

/** Begins many turns at once; `ended` is called for each of which the tool has seen the terminal event. */
async function beginMany(origin: string, ended: (id: string) => void): Promise<{ over: Promise<unknown> }> {
  const answers = await Promise.all(
    Array.from({ length: TURNS }, () => begin(origin, { body: { ...TURN, stream: true } })),
  );
  const read = answers.map(async (answer) => {
    try {
      const text = await answer.until('event: response.completed');
      ended(/resp_[\w-]+/.exec(text)?.[0] ?? '');
    } catch {
      // Broken off before its end: nothing was seen.
    }
  });
  return { over: Promise.all(read) };
}

test('exactly those, where the others had not ended', async () => {
  // Every other answer stops before its end, for ever.
  let number = 0;
  const never = new Promise<never>(() => undefined);
  upstream.always(() =>
    number++ % 2 === 0 ? { kind: 'answer' } : { kind: 'answer', pause: (event) => (event === 4 ? never : undefined) },
  );
  const gateway = await tiergate.serve();
  const seen: string[] = [];
  const half = Promise.withResolvers<undefined>();
  const { over } = await beginMany(gateway.origin, (id) => {
    if (seen.push(id) === TURNS / 2) half.resolve(undefined);
  });
  await half.promise;
  expect(await gateway.stop('SIGKILL')).toBeNull();
  await over;
  expect(seen).toHaveLength(TURNS / 2);
  expect(rowsAfterCheck()).toEqual(seen.toSorted());

  const again = await tiergate.serve();
  expect(again.out).not.toContain('broken');
  upstream.always({ kind: 'answer' });
  expect((await send(again.origin)).status).toBe(200);
  expect(await tiergate.turns()).toHaveLength(TURNS / 2 + 1);
  expect(await again.stop()).toBe(0);
});

test('those and at most what was on its way, in the middle of everything', async () => {
  const gateway = await tiergate.serve();
  const seen: string[] = [];
  const { over } = await beginMany(gateway.origin, (id) => {
    if (seen.push(id) === TURNS / 4) void gateway.stop('SIGKILL');
  });
  await over;
  await gateway.exit;
  const rows = rowsAfterCheck();
  expect(new Set(rows).size).toBe(rows.length);
  expect(seen.filter((id) => !rows.includes(id))).toEqual([]);
  expect(rows.length).toBeLessThanOrEqual(TURNS);

  const again = await tiergate.serve();
  expect(await tiergate.turns()).toHaveLength(rows.length);
  expect(await again.stop()).toBe(0);
});
