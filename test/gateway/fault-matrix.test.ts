import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { Turn } from '../../src/shared/turn.ts';
import { ANSWER_FAULTS } from './faults/answer-faults.ts';
import type { Blames, Strike, Transport, UpstreamFault } from './faults/fault.ts';
import { type Stage, WAYS, type WayName, startStage, wayOf } from './faults/stage.ts';
import { STREAM_FAULTS } from './faults/stream-faults.ts';
import { type Outcome, strikeAt } from './faults/strike.ts';

/**
 * Every fault of an upstream, over every transport, at the first and at a later key of the first and of a later account.
 * The table in docs/failover.md is made here; `MAKE_MATRIX=1` writes it.
 */
const FILE = new URL('../../docs/failover.md', import.meta.url);

const TRANSPORTS: readonly Transport[] = ['JSON', 'SSE', 'WebSocket'];
const ONLY: readonly WayName[] = ['A1'];

/** Where a fault strikes. */
interface Place {
  readonly name: string;
  readonly at: WayName;
  readonly ways: readonly WayName[];
}

const PLACES: readonly Place[] = [
  { name: 'the only key', at: 'A1', ways: ONLY },
  { name: 'first key, first account', at: 'A1', ways: WAYS },
  { name: 'later key, first account', at: 'A2', ways: WAYS },
  { name: 'first key, later account', at: 'B1', ways: WAYS },
  { name: 'later key, later account', at: 'B2', ways: WAYS },
];

/** Stages by what stands on them; those that a strike leaves as they were are used again. */
const stages = new Map<string, Stage>();

async function stageOf({ at, ways }: Place, strike: Strike, transport: Transport): Promise<Stage> {
  const isDead = strike.kind === 'dead';
  // The first key finds nobody from the start; before a later one the account answers once more, and then never again.
  const name = isDead ? `${ways.join()} without ${at} ${at.endsWith('1') ? '' : transport}` : ways.join();
  const stage = stages.get(name) ?? (await startStage(ways, isDead && at.endsWith('1') ? [at.charAt(0)] : []));
  stages.set(name, stage);
  await stage.reset();
  return stage;
}

afterAll(async () => {
  for (const stage of stages.values()) await stage.close();
});

/** Worked out apart from the gateway: the keys that are asked, in order. */
function expectedAsked({ at, ways }: Place, blames: Blames): WayName[] {
  const before = at === 'A2' ? ['A1'] : at === 'B1' ? ['A1'] : at === 'B2' ? ['A1', 'B1'] : [];
  return [...before, at, ...next({ at, ways }, blames)] as WayName[];
}

function next({ at, ways }: Pick<Place, 'at' | 'ways'>, blames: Blames): readonly WayName[] {
  if (ways.length === 1) return [];
  switch (blames) {
    case 'key':
      return ways.slice(ways.indexOf(at) + 1).slice(0, 1);
    case 'account':
      return at.startsWith('A') ? ['B1'] : [];
    case 'encrypted':
      // What a later account gets has been stripped already.
      return at.startsWith('A') ? [at] : [];
    case 'nothing':
      return [];
  }
}

const lines: string[] = [];
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const HEAD = ['over', 'where it strikes', 'asked, in order', 'the tool gets', 'the row'];

function attemptsIn(turn: Turn | undefined): string | null {
  if (turn === undefined || turn.attempts.length === 0) return null;
  return turn.attempts.map((one) => `${wayOf(one)} ${one.error ?? one.status ?? '–'}`).join(', ');
}

function rowCell(turn: Turn | undefined): string {
  if (turn === undefined) return 'none';
  const { status, error, partial, keyFingerprint } = turn;
  return `${wayOf({ keyFingerprint })} ${status ?? '–'}${error === null ? '' : ` ${error}`}${partial ? ', partial' : ''}`;
}

/** Cells of one fault, transports that behave alike in one. */
function table(found: ReadonlyMap<Transport, readonly (readonly string[])[]>): string[] {
  return PLACES.flatMap((place, index) => {
    const alike = new Map<string, Transport[]>();
    for (const [transport, cells] of found) {
      const text = row([place.name, ...(cells[index] ?? [])]).slice(2);
      alike.set(text, [...(alike.get(text) ?? []), transport]);
    }
    return [...alike].map(([text, transports]) => `| ${transports.join(', ')} | ${text}`);
  });
}

describe.each([...ANSWER_FAULTS, ...STREAM_FAULTS].map((fault) => [fault.name, fault] as const))('%s', (_, fault) => {
  const found = new Map<Transport, (readonly string[])[]>();
  const transports = TRANSPORTS.filter((transport) => fault.over[transport] !== undefined);
  for (const transport of transports) found.set(transport, []);

  afterAll(() => {
    lines.push('', `## ${fault.name}`, '', row(HEAD), row(HEAD.map(() => '---')), ...table(found));
  });

  test.each(transports.flatMap((transport) => PLACES.map((place) => [transport, place.name, place] as const)))(
    'over %s at %s',
    async (transport, __, place) => {
      const strike = fault.over[transport];
      if (strike === undefined) throw new Error('not a fault of this transport');
      const stage = await stageOf(place, strike, transport);
      const outcome = await strikeAt(stage, place.at, transport, strike);
      const [turn, ...more] = outcome.rows;
      expect(more).toEqual([]);
      found.get(transport)?.push([attemptsIn(turn) ?? outcome.asked.join(', '), outcome.answer, rowCell(turn)]);
      check(fault, place, transport, outcome);
    },
  );
});

/** What the gateway says where it has to say something itself. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  dead: '502 upstream_unreachable',
  reset: '502 upstream_unreachable',
  silence: '504 upstream_timeout',
};

/** Seconds for which the key is out that fails before the last one. */
const BEFORE_LAST = 60;

function check(fault: UpstreamFault, place: Place, transport: Transport, { asked, answer, rows }: Outcome): void {
  const strike = fault.over[transport];
  if (strike === undefined) return;
  const inSession = transport === 'WebSocket' && strike.kind === 'events';
  const blames = inSession ? (fault.blamesInSession ?? fault.blames) : fault.blames;
  const expected = expectedAsked(place, blames);
  // Whom nobody listens for is asked in vain.
  expect(asked).toEqual(strike.kind === 'dead' ? expected.filter((way) => way !== place.at) : expected);
  const isSaved = next(place, blames).length > 0;
  const [turn] = rows;
  if (transport === 'WebSocket' && !isSaved && strike.kind !== 'events') {
    expect(turn).toBeUndefined();
    expect(answer).toBe(refusalWords(fault, place, strike));
    return;
  }
  expect(turn?.attempts.map(wayOf)).toEqual(expected.length === 1 ? [] : expected);
  expect(turn?.attempts.slice(0, -1).every(({ error }) => error !== null)).toBe(true);
  expect(wayOf(turn ?? { keyFingerprint: null })).toBe(expected.at(-1));
  if (isSaved) {
    expect([answer, turn?.status, turn?.error, turn?.partial]).toEqual([
      transport === 'WebSocket' ? 'open, done' : '200',
      ...[200, null, false],
    ]);
    return;
  }
  expect(turn?.error).not.toBeNull();
  if (strike.kind === 'script' && strike.script.kind === 'error' && strike.script.status !== 200) {
    expect(answer).toMatch(new RegExp(`^${answerStatus(fault, place, strike.script.status)}(?!\\d)`));
    if (isExhausted(fault, place)) expect(answer).toBe(exhaustedWords(fault));
  } else if (inSession) expect(answer).toMatch(/^open, (?:error|response\.failed|closed 1011)/);
  else if (strike.kind === 'script' && strike.script.kind !== 'reset') expect(answer).toMatch(/^200/);
  else expect(answer).toBe(OWN_WORDS[strike.kind === 'script' ? strike.script.kind : strike.kind]);
}

function isExhausted({ blames }: UpstreamFault, { at }: Place): boolean {
  return blames === 'key' && at === 'B2';
}

/** 401 would be about the tool's own key, and a redirect is not followed. */
function answerStatus(fault: UpstreamFault, place: Place, status: number): number {
  if (isExhausted(fault, place)) return 429;
  return status === 401 || status < 400 ? 502 : status;
}

function exhaustedWords({ cooldown = 0 }: UpstreamFault): string {
  return `429 rate_limit_exceeded, Retry-After ${Math.min(cooldown, BEFORE_LAST)}`;
}

function refusalWords(fault: UpstreamFault, place: Place, strike: Strike): string {
  if (isExhausted(fault, place)) return exhaustedWords(fault);
  if (strike.kind === 'dead') return OWN_WORDS['dead'] ?? '';
  const kind = strike.kind === 'refusal' ? strike.refusal.kind : '';
  // With it Codex goes on over HTTP.
  return OWN_WORDS[kind] ?? '426 upgrade_refused';
}

const INTRO = `# What happens when an upstream fails

A turn goes through the keys of its account in their order, then to the next account, at most three times. Cooldowns and
breakers only choose between ways: a way that is the only one is always asked, and what its upstream says goes through. Nothing
is begun again once the tool has seen a part of an answer. Who is to blame decides what comes next:

- **The key** (401, 429, a used up quota, a 403 that speaks of the key): the next key, then the next account. The key is out for
  60 s after a 401, for what Retry-After says after a 429 (1 s to 1 h, 60 s where it says nothing), for up to a day without quota.
- **The upstream** (5xx, a 400 that says so itself, no connection, no headers in time, a stream that fails before its first word): the next
  account.
- **Encrypted content that the account cannot read**: the same key once more, without those items; they stay out after every change of account.
- **Nobody, or the request** (any other 4xx, a redirect, anything after the first word): the answer goes through as it came, but a
  401 as 502, since it is about the gateway’s key and not the tool’s.

Where all keys are cooling down, the tool gets 429 with the seconds until the first is ready, or 502 where every key was refused.
A WebSocket session is taken over while it is being opened; 426 sends a tool to HTTP, where its turn goes through all ways. Once it
stands, what the upstream says goes through, and the failed dials stand with its first turn. It stays where it is, but an error
event in it blames key or upstream as an answer over HTTP would, so the next session goes past them, and so does one that has sent nothing yet.

The tables are made by \`test/gateway/fault-matrix.test.ts\` from two accounts, A and B, with two keys each: every fault, over every transport, at every
place. "Asked, in order" names the keys with how each attempt ended; the last column is the key, status and error of the ledger’s row.
`;

test('the page is what was found', () => {
  const text = `${INTRO}\n${lines.join('\n').trimStart()}\n`;
  if (process.env['MAKE_MATRIX'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
