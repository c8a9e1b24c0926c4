import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Digest } from '../../src/main/ledger/digest/digest.ts';
import { Ledger, ledgerFile } from '../../src/main/ledger/ledger.ts';
import { type Queries, prepareQueries } from '../../src/main/ledger/queries.ts';
import type { Group, Sums } from '../../src/shared/calls/bill.ts';
import type { TurnFilter } from '../../src/shared/calls/turn.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

/** Whatever is asked, the digest answers what looking at every single turn would. */
const HOUR = 3_600_000;
const START = Date.UTC(2026, 9, 24, 20, 10);

/** Always the same numbers. */
let seed = 7;
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
}
const pick = <Value>(list: readonly Value[]): Value => list[random(list.length)] as Value;

/** Some days of turns, over the night in which Berlin's clocks go back. */
const TURNS: readonly Turn[] = Array.from({ length: 700 }, (_, index) => {
  const startedAt = START + index * 420_000 + random(300_000);
  const [requested, sent] = pick([
    ['priority', 'default'],
    ['priority', 'priority'],
    [null, null],
    ['flex', 'flex'],
  ] as const);
  const blocked = random(12) === 0;
  const failed = !blocked && random(9) === 0;
  const unknown = random(5) === 0;
  const cost = blocked || failed || unknown ? null : random(90_000) * 1_000_003 * 1_000;
  return sampleTurn(index + 1, {
    id: `${(index * 7919 + 4_000_000_000).toString(16)}-cafe`,
    responseId: pick([null, `resp_${(index + 70_000).toString(16)}AbCdEf0123456789`]),
    startedAt,
    sentAt: blocked ? null : startedAt + random(40),
    firstTokenAt: blocked ? null : startedAt + 100 + random(1000),
    // Some take long, so that they stand after turns that began later.
    endedAt: startedAt + 1200 + (random(20) === 0 ? 3 * HOUR : random(5000)),
    tool: pick(['codex', 'claude', 'cursor']),
    account: pick(['openai', 'openai', 'plan', null]),
    session: pick([null, 'session-a', 'session-a', 'session-b-with-a-long-name']),
    models: {
      requested: pick(['gpt-5.5', 'GPT-5.5-fast']),
      upstream: pick(['gpt-5.5', 'gpt-6-luna', null]),
      served: null,
    },
    tiers: { requested, sent, served: pick([sent, 'default', null]), billed: pick([sent, 'default', null]) },
    verdict: blocked ? 'block' : pick(['pass', 'filter', null]),
    rule: pick([null, 'no-fast', 'night']),
    route: pick(['/responses', '/chat/completions', null]),
    tokens: { input: random(50_000), cached: pick([null, 0, random(9000)]), output: pick([null, 0, random(900)]) },
    cost: { input: cost, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, total: cost },
    costBasis: cost === null ? null : pick(['money', 'money', 'credits']),
    saved: cost === null ? null : random(3) * 777_777_777_777 - 777_777_777_777,
    premium: cost === null ? null : random(2) * 123_456_789_012,
    status: blocked ? 403 : failed ? pick([429, null, 200]) : 200,
    error: blocked ? 'policy_violation' : failed ? pick(['upstream_429', 'tool_left']) : null,
    partial: failed && random(2) === 0,
  });
}).toSorted((one, other) => one.endedAt - other.endedAt);

let home: string;
let digest: Digest;
let queries: Queries;
let recorded: Turn[];
let lost: ReadonlySet<number>;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
  const { ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => 0);
  recorded = TURNS.map((turn) => ledger.record(turn)).filter((turn) => turn !== null);
  lost = lostAmong(recorded);
  digest = Digest.open(join(home, 'digest.sqlite'), ledgerFile(home));
  digest.catchUpWhole();
  queries = prepareQueries(digest);
  ledger.close();
});

afterAll(() => {
  digest.close();
  rmSync(home, { recursive: true, force: true });
});

/** What the filter means, said again by looking at each turn. */
function means(filter: TurnFilter, turn: Turn): boolean {
  const within = (list: readonly string[] | undefined, value: string | null): boolean =>
    list === undefined || list.length === 0 || (value !== null && list.includes(value));
  const outcome =
    turn.verdict === 'block' ? 'blocked' : turn.partial ? 'partial' : turn.error !== null ? 'failed' : 'ok';
  const text = filter.text?.trim().toLowerCase() ?? '';
  const { models } = turn;
  const said = [
    turn.tool,
    turn.account,
    models.requested,
    models.upstream,
    models.served,
    turn.rule,
    turn.route,
    turn.error,
  ];
  const ids = text.length < 8 ? [] : [turn.id, turn.responseId, turn.session];
  return (
    within(filter.tools, turn.tool) &&
    within(filter.accounts, turn.account) &&
    within(filter.models, models.upstream) &&
    within(filter.tiers, turn.tiers.billed ?? 'unknown') &&
    within(filter.verdicts, turn.verdict) &&
    (filter.status === undefined || filter.status === outcome) &&
    (filter.rule === undefined || filter.rule === turn.rule) &&
    (filter.session === undefined || filter.session === turn.session) &&
    turn.startedAt >= (filter.from ?? -Infinity) &&
    turn.startedAt < (filter.until ?? Infinity) &&
    (text === '' ||
      said.some((value) => value?.toLowerCase().includes(text)) ||
      ids.some((value) => value?.toLowerCase().startsWith(text)))
  );
}

const [CUT, MIDDLE] = [START + 31 * HOUR + 123_456, START + 50 * HOUR];

const FILTERS: readonly (readonly [name: string, filter: TurnFilter])[] = [
  ['nothing', {}],
  ['empty lists', { tools: [], models: [] }],
  ['one tool', { tools: ['codex'] }],
  ['two accounts', { accounts: ['openai', 'plan'] }],
  ['a model', { models: ['gpt-6-luna'] }],
  ['an unknown billed tier', { tiers: ['unknown'] }],
  ['billed tiers', { tiers: ['priority', 'flex'] }],
  ['a verdict', { verdicts: ['filter'] }],
  ['blocked', { status: 'blocked' }],
  ['failed', { status: 'failed' }],
  ['partial', { status: 'partial' }],
  ['ok', { status: 'ok' }],
  ['a rule', { rule: 'night' }],
  ['a session', { session: 'session-a' }],
  ['a session, failed, in a time', { session: 'session-a', status: 'failed', from: CUT, until: MIDDLE }],
  ['no such session', { session: 'session' }],
  ['several at once', { tools: ['codex', 'cursor'], tiers: ['default'], verdicts: ['pass'], rule: 'no-fast' }],
  ['nothing that there is', { tools: ['codex'], models: ['gpt-9'] }],
  ['from an instant', { from: CUT }],
  ['before an instant', { until: CUT }],
  ['an hour', { from: START + 10 * HOUR, until: START + 11 * HOUR }],
  ['a moment', { from: CUT, until: CUT + 600_000 }],
  ['a time before all turns', { until: START - HOUR }],
  ['a time after all turns', { from: START + 1000 * HOUR }],
  ['a time that ends before it begins', { from: MIDDLE, until: CUT }],
  ['a tool in a time', { tools: ['claude'], from: CUT, until: MIDDLE }],
  ['a text', { text: 'luna' }],
  ['a text in another case, with blanks', { text: '  FAST ' }],
  ['a text that is an error', { text: 'upstream_4', tools: ['claude'] }],
  ['a text that is nowhere', { text: 'nowhere at all' }],
  ['the beginning of an id', { text: TURNS[3]?.id.slice(0, 9) ?? '' }],
  ['a whole response', { text: TURNS.find(({ responseId }) => responseId !== null)?.responseId ?? '' }],
  ['how many responses begin', { text: 'RESP_111' }],
  ['how a session begins, in a time', { text: 'session-b', from: CUT }],
  ['too little of an id', { text: TURNS[3]?.id.slice(0, 7) ?? '' }],
];

function expected(filter: TurnFilter): Turn[] {
  return recorded.filter((turn) => means(filter, turn));
}

test('the turns are of enough sorts', () => {
  expect(recorded).toHaveLength(700);
  expect(digest.kinds.all.length).toBeGreaterThan(200);
  expect(lost.size).toBeGreaterThan(3);
  expect(recorded.some(({ startedAt }, index) => startedAt < (recorded[index - 1]?.startedAt ?? 0) - HOUR)).toBe(true);
});

describe.each(FILTERS)('turns filtered by %s', (_name, filter) => {
  test.each(['newest', 'oldest'] as const)('come page by page, %s first', (order) => {
    const found: Turn[] = [];
    for (let after: number | undefined, more = true; more;) {
      const page = queries.page({ order, limit: 60, filter, ...(after === undefined ? {} : { after }) });
      expect(page.turns.length <= 60 && (page.turns.length > 0 || !page.more)).toBe(true);
      found.push(...page.turns);
      after = page.turns.at(-1)?.seq;
      ({ more } = page);
    }
    expect(found).toEqual(order === 'oldest' ? expected(filter) : expected(filter).toReversed());
  });

  test('are counted', () => {
    expect(queries.count({ filter })).toBe(expected(filter).length);
  });

  test('are added up', () => {
    expect(queries.sums({ filter, by: [], zone: 'UTC' })).toEqual({ total: sumsOf(expected(filter)), groups: [] });
  });
});

/** The sums of some turns, added up one by one. */
function sumsOf(turns: readonly Turn[]): Sums {
  const add = (list: readonly (number | null)[]): number => list.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const money = (basis: Turn['costBasis'], of: (turn: Turn) => number | null): string =>
    String(turns.filter(({ costBasis }) => costBasis === basis).reduce((sum, turn) => sum + BigInt(of(turn) ?? 0), 0n));
  const generated = turns.filter(
    ({ firstTokenAt, endedAt, tokens }) =>
      firstTokenAt !== null && endedAt > firstTokenAt && tokens.output !== null && tokens.output > 0,
  );
  const generatedMs = add(generated.map(({ firstTokenAt, endedAt }) => endedAt - (firstTokenAt ?? 0)));
  const begun = turns.filter(({ sentAt, firstTokenAt }) => sentAt !== null && firstTokenAt !== null);
  const rank = ['flex', 'default', 'priority'];
  return {
    turns: turns.length,
    unpriced: turns.filter(({ sentAt, cost, status }) => sentAt !== null && cost.total === null && (status ?? 0) < 400)
      .length,
    cost: money('money', ({ cost }) => cost.total),
    credits: money('credits', ({ cost }) => cost.total),
    saved: money('money', ({ saved }) => saved),
    premium: money('money', ({ premium }) => premium),
    creditsSaved: money('credits', ({ saved }) => saved),
    creditsPremium: money('credits', ({ premium }) => premium),
    tokens: {
      input: add(turns.map(({ tokens }) => tokens.input)),
      cached: add(turns.map(({ tokens }) => tokens.cached)),
      cacheWrite: add(turns.map(({ tokens }) => tokens.cacheWrite)),
      output: add(turns.map(({ tokens }) => tokens.output)),
      reasoning: add(turns.map(({ tokens }) => tokens.reasoning)),
    },
    tokensPerSecond:
      generatedMs === 0 ? null : (add(generated.map(({ tokens }) => tokens.output)) * 1000) / generatedMs,
    firstTokenMs:
      begun.length === 0
        ? null
        : add(begun.map(({ sentAt, firstTokenAt }) => (firstTokenAt ?? 0) - (sentAt ?? 0))) / begun.length,
    failed: turns.filter(({ verdict, partial, error }) => verdict !== 'block' && !partial && error !== null).length,
    downgraded: turns.filter(
      ({ tiers }) =>
        tiers.requested === 'priority' &&
        tiers.sent === 'priority' &&
        tiers.billed === tiers.served &&
        rank.indexOf(tiers.served ?? 'priority') < 2,
    ).length,
    cacheLost: turns.filter(({ seq }) => lost.has(seq)).length,
  };
}

/** Turns that ran in another tier than the one before in their session, and found less than half of what it had cached. */
function lostAmong(turns: readonly Turn[]): Set<number> {
  const newest = new Map<string, Turn>();
  const lost = turns.filter((turn) => {
    const before = turn.session === null ? undefined : newest.get(turn.session);
    if (turn.session !== null) newest.set(turn.session, turn);
    if (before === undefined) return false;
    const [had, has, input] = [before.tokens.cached, turn.tokens.cached, turn.tokens.input];
    return (
      before.sentAt !== null &&
      turn.sentAt !== null &&
      before.tiers.sent !== turn.tiers.sent &&
      before.account === turn.account &&
      before.models.upstream === turn.models.upstream &&
      had !== null &&
      has !== null &&
      input !== null &&
      input >= had &&
      has < had / 2
    );
  });
  return new Set(lost.map(({ seq }) => seq));
}

/** The beginning of the day of a zone, by the wall clock that it shows. */
function dayBegins(instant: number, zone: string): string {
  const clock = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  const today = clock.format(instant);
  // Back to the first quarter of an hour that shows the same date.
  let at = Math.floor(instant / 900_000) * 900_000;
  while (clock.format(at - 900_000) === today) at -= 900_000;
  return String(at);
}

describe('sums are told apart', () => {
  const GROUPS: readonly (readonly [by: readonly Group[], filter: TurnFilter])[] = [
    [['tool'], {}],
    [['account'], { tools: ['codex'] }],
    [['model', 'tier'], {}],
    [['verdict', 'tool'], { from: CUT, until: MIDDLE }],
    [['tier'], { text: 'luna' }],
    [['tier'], { session: 'session-a' }],
  ];
  const keyOf = (group: Group, turn: Turn): string | null => {
    const keys = { tool: turn.tool, account: turn.account, model: turn.models.upstream, tier: turn.tiers.billed };
    return group === 'verdict' ? turn.verdict : group in keys ? keys[group as keyof typeof keys] : null;
  };

  test.each(GROUPS)('by %j', (by, filter) => {
    const groups = Map.groupBy(expected(filter), (turn) => JSON.stringify(by.map((group) => keyOf(group, turn))));
    const answer = queries.sums({ filter, by, zone: 'UTC' });
    expect(new Map(answer.groups.map(({ key, sums }) => [JSON.stringify(key), sums]))).toEqual(
      new Map([...groups].map(([key, turns]) => [key, sumsOf(turns)])),
    );
    expect(answer.total).toEqual(sumsOf(expected(filter)));
  });

  test.each<[zone: string, filter: TurnFilter]>([
    ['UTC', {}],
    ['Europe/Berlin', {}],
    ['America/New_York', { from: CUT }],
    ['Asia/Kolkata', {}],
    ['Asia/Kathmandu', { tools: ['codex'], from: CUT, until: MIDDLE }],
  ])('by the days of %s', (zone, filter) => {
    const groups = Map.groupBy(expected(filter), ({ startedAt }) => dayBegins(startedAt, zone));
    const answer = queries.sums({ filter, by: ['day'], zone });
    expect(new Map(answer.groups.map(({ key, sums }) => [key[0], sums]))).toEqual(
      new Map([...groups].map(([key, turns]) => [key, sumsOf(turns)])),
    );
  });

  test.each(['UTC', 'Europe/Berlin'])('by the hours of %s and by tool', (zone) => {
    const key = (turn: Turn): string => `${String(Math.floor(turn.startedAt / HOUR) * HOUR)} ${turn.tool}`;
    const groups = Map.groupBy(recorded, key);
    const answer = queries.sums({ filter: {}, by: ['hour', 'tool'], zone });
    expect(new Map(answer.groups.map(({ key, sums }) => [key.join(' '), sums]))).toEqual(
      new Map([...groups].map(([name, turns]) => [name, sumsOf(turns)])),
    );
  });

  test('by hours that begin at half past', () => {
    const half = HOUR / 2;
    const groups = Map.groupBy(recorded, ({ startedAt }) =>
      String(Math.floor((startedAt + half) / HOUR) * HOUR - half),
    );
    const answer = queries.sums({ filter: {}, by: ['hour'], zone: 'Asia/Kolkata' });
    expect(new Map(answer.groups.map(({ key, sums }) => [key[0], sums.turns]))).toEqual(
      new Map([...groups].map(([name, turns]) => [name, turns.length])),
    );
  });
});

describe('one turn', () => {
  test.each([0, 3, 350, 699])('number %i is found with its session around it', (index) => {
    const turn = recorded[index];
    if (turn === undefined) throw new Error('no such turn');
    const around = recorded.filter(
      ({ session, seq }) => session !== null && session === turn.session && seq !== turn.seq,
    );
    expect(queries.get({ id: turn.id })).toEqual({
      turn,
      neighbours: [
        ...around.filter(({ seq }) => seq < turn.seq).slice(-10),
        ...around.filter(({ seq }) => seq > turn.seq).slice(0, 10),
      ],
    });
  });

  test('is not found by a part of its id', () => {
    expect(queries.get({ id: recorded[3]?.id.slice(0, 9) ?? '' })).toEqual({ turn: null, neighbours: [] });
  });
});

describe('what follows from all turns', () => {
  const counted = (values: readonly (string | null)[]): Map<string | null, number> =>
    new Map([...Map.groupBy(values, (value) => value)].map(([value, list]) => [value, list.length]));

  test('the values of filters, most used first', () => {
    const { tools, accounts, models, tiers } = queries.facets(null);
    const isSorted = (list: readonly string[], all: readonly (string | null)[]): void => {
      const counts = counted(all);
      counts.delete(null);
      expect(list.toSorted()).toEqual([...counts.keys()].toSorted());
      const numbers = list.map((value) => counts.get(value) ?? 0);
      expect(numbers).toEqual(numbers.toSorted((one, other) => other - one));
    };
    isSorted(
      tools,
      recorded.map(({ tool }) => tool),
    );
    isSorted(
      accounts,
      recorded.map(({ account }) => account),
    );
    isSorted(
      models,
      recorded.map(({ models }) => models.upstream),
    );
    isSorted(
      tiers,
      recorded.map(({ tiers }) => tiers.billed ?? 'unknown'),
    );
  });

  test('what ran without a price', () => {
    const without = recorded.filter(
      ({ sentAt, cost, status }) => sentAt !== null && cost.total === null && (status ?? 0) < 400,
    );
    const groups = Map.groupBy(without, ({ models, tiers }) => `${models.upstream ?? '-'} ${tiers.billed ?? '-'}`);
    const answer = queries.unpriced(null);
    expect(
      new Map(answer.map(({ model, tier, turns, lastAt }) => [`${model ?? '-'} ${tier ?? '-'}`, { turns, lastAt }])),
    ).toEqual(
      new Map(
        [...groups].map(([key, turns]) => [
          key,
          { turns: turns.length, lastAt: Math.max(...turns.map(({ startedAt }) => startedAt)) },
        ]),
      ),
    );
    expect(answer.map(({ turns }) => turns)).toEqual(answer.map(({ turns }) => turns).toSorted((a, b) => b - a));
  });

  test('how often rules have decided', () => {
    const answer = queries.ruleHits({});
    const of = (rule: string): Turn[] => recorded.filter((turn) => turn.rule === rule);
    expect(answer.toSorted((one, other) => one.rule.localeCompare(other.rule))).toEqual(
      ['night', 'no-fast'].map((rule) => ({
        rule,
        turns: of(rule).length,
        saved: sumsOf(of(rule)).saved,
        lastAt: Math.max(...of(rule).map(({ startedAt }) => startedAt)),
      })),
    );
    expect(queries.ruleHits({ from: START + 1000 * HOUR })).toEqual([]);
  });
});
