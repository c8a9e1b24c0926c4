import { expect, test } from 'vitest';
import { countdown, duration, fullCount, shortCount } from '../../src/renderer/words/figure.ts';
import { ruleSentence } from '../../src/renderer/words/rule-word.ts';
import { type TierFigure, tiersOf } from '../../src/renderer/words/tier-word.ts';
import { billingReason, modelOf, resultOf, wasAnswered } from '../../src/renderer/words/turn-word.ts';
import { PolicySchema } from '../../src/shared/policy.ts';
import { TURN_KINDS, sampleTurn, type TurnSample } from '../fakes/turn-sample.ts';

function wordOf(figure: TierFigure | null): string {
  if (figure === null) return '';
  switch (figure.kind) {
    case 'named':
      return figure.doubt === null ? figure.name : `${figure.name}?`;
    case 'none':
      return figure.word;
    case 'unknown':
      return '—';
  }
}

function lineOf(turn: Parameters<typeof tiersOf>[0]): string {
  const { requested, sent, served, billed } = tiersOf(turn);
  return [requested, sent, served, billed].map(wordOf).join(' | ');
}

test('no tier, nothing sent and not known are three different words', () => {
  expect(TURN_KINDS.map(lineOf)).toEqual([
    'priority | default | default | ',
    'flex | flex | flex | ',
    'none | none | default | ',
    'priority | priority | default? | priority',
    'priority | flex | flex | ',
    'ultrafast | not sent | — | ',
    'priority | default | — | default',
    '— | not sent | — | ',
    'priority | priority | default | ',
    'priority | default | — | default',
    'priority | default | default | ',
  ]);
});

test('a bill that cannot be told is unknown, never Standard', () => {
  const turn = sampleTurn(1, {
    servedTrust: 'unverifiable',
    tiers: { requested: null, sent: null, served: 'default' },
  });
  expect(lineOf(turn)).toBe('none | none | default? | —');
});

test.each<[TurnSample, string | null, string | null]>([
  [{}, 'gpt-5.5', null],
  [{ models: { requested: 'fast', upstream: 'gpt-5.5', served: 'gpt-5.5' } }, 'gpt-5.5', 'asked fast'],
  [{ models: { upstream: null, served: null } }, 'gpt-5.5', null],
  [{ models: { requested: 'a', upstream: 'b', served: 'c' } }, 'b', 'asked a, served c'],
  [{ models: { requested: null, upstream: null, served: null } }, null, null],
])('the model of %j', (sample, name, note) => {
  expect(modelOf(sampleTurn(1, sample))).toEqual({ name, note });
});

test('a block and a tool that left are no failures, and catalogue errors bring their help', () => {
  expect(resultOf(sampleTurn(1)).tone).toBe('good');
  expect(resultOf(sampleTurn(1, { verdict: 'block', status: 403, error: 'policy_violation' })).tone).toBe('warn');
  expect(resultOf(sampleTurn(1, { status: null, error: 'tool_left' })).tone).toBe('warn');
  expect(resultOf(sampleTurn(1, { status: 200, partial: true })).tone).toBe('warn');
  expect(resultOf(sampleTurn(1, { status: 502, error: 'upstream_unreachable' }))).toMatchObject({ tone: 'bad' });
  expect(resultOf(sampleTurn(1, { error: 'upstream_unreachable' })).help).toContain('base URL');
  expect(resultOf(sampleTurn(1, { error: 'first_frame_of_another_age' })).help).toBeNull();
});

test.each([
  [401, 'refused the key with status 401. Check it under Accounts'],
  [403, 'refused the key with status 403'],
  [404, 'refused the request with status 404. The tool was told why'],
  [429, 'status 429: too many requests just now, or a quota that is used up. Try again later'],
  [529, 'failed with status 529. Try again'],
])('an upstream’s own %i is told with its next step', (status, said) => {
  expect(resultOf(sampleTurn(1, { status, error: `upstream_${status}` })).help).toContain(said);
});

test.each<[string, TurnSample, boolean]>([
  ['well', {}, true],
  ['with a refusal of its own', { status: 429, error: 'upstream_429' }, true],
  ['never, since it could not be reached', { status: 502, error: 'upstream_unreachable' }, false],
  ['never, since the tool left', { status: null, error: 'tool_left' }, false],
  ['never, since nothing was sent', { sentAt: null, status: 503, error: 'account_missing' }, false],
])('an upstream answered %s: %j', (_, sample, answered) => {
  expect(wasAnswered(sampleTurn(1, sample))).toBe(answered);
});

test('a turn that its upstream refused costs nothing, and is told so', () => {
  const refused: TurnSample = { status: 429, error: 'upstream_429', tiers: { served: null, billed: null } };
  expect(billingReason(sampleTurn(1, refused))).toBe('refused');
  expect(billingReason(sampleTurn(1, { ...refused, status: 200, error: null }))).toBe('unknown');
});

test('a request that could be read is told as such, though no account took it', () => {
  const refused: TurnSample = { verdict: null, account: null, sentAt: null, status: 503, error: 'account_missing' };
  const tiers = { requested: null, sent: null, served: null, billed: null };
  expect(tiersOf(sampleTurn(1, { ...refused, tiers })).requested).toMatchObject({ kind: 'none' });
  const models = { requested: null, upstream: null, served: null };
  expect(tiersOf(sampleTurn(1, { ...refused, tiers, models })).requested).toMatchObject({ kind: 'unknown' });
});

const now = Date.UTC(2026, 10, 21);

test.each<[object, string]>([
  [{ serviceTier: 'fast', action: 'filter' }, 'Turns asking for Fast (priority) run at Standard'],
  [{ serviceTier: 'missing', action: 'force', forceTo: 'flex' }, 'Turns asking for no tier are sent as Flex'],
  [
    { serviceTier: 'all', action: 'block', scope: 'oauth', tools: ['a', 'b', 'c'] },
    'Turns asking for any tier are refused, on accounts with a login, from a, b, and c',
  ],
  [
    { serviceTier: 'ultrafast', action: 'block', models: ['gpt-5*'], fallbackAction: 'filter', scope: 'apikey' },
    'Turns asking for Ultrafast are refused, for gpt-5* (other models run at Standard), on accounts with a key',
  ],
  [{ serviceTier: 'flex', action: 'block', observeOnly: true }, 'Turns asking for Flex would be refused'],
])('the sentence of %j', (rule, sentence) => {
  const [first] = PolicySchema.parse({ rules: [rule] }).rules;
  expect(first && ruleSentence(first, now)).toBe(sentence);
});

test('a temporary rule says when it ends or that it has', () => {
  const sentenceOf = (until: string) => {
    const [first] = PolicySchema.parse({ rules: [{ serviceTier: 'flex', action: 'pass', until }] }).rules;
    return first && ruleSentence(first, now);
  };
  expect(sentenceOf('2026-12-24T12:00:00Z')).toMatch(/^Turns asking for Flex pass as they are, until Dec 24, 2026, /);
  expect(sentenceOf('2026-11-01T12:00:00Z')).toContain(', ended Nov 1, 2026, ');
});

test('figures stay short and exact', () => {
  expect([0, 9999, 10_000, 12_345, 284_120, 1_250_000].map(shortCount)).toEqual([
    '0',
    '9,999',
    '10K',
    '12.3K',
    '284K',
    '1.25M',
  ]);
  expect(fullCount(284_120)).toBe('284,120');
  expect([0, 410, 999, 3420, 59_949, 59_950, 125_400].map(duration)).toEqual([
    '0 ms',
    '410 ms',
    '999 ms',
    '3.42 s',
    '59.9 s',
    '1 min 00 s',
    '2 min 05 s',
  ]);
});

test.each([
  [-5, '0:00'],
  [999, '0:00'],
  [42_000, '0:42'],
  [725_900, '12:05'],
  [3_723_000, '1:02:03'],
])('%i ms are counted down as %s', (left, text) => {
  expect(countdown(left)).toBe(text);
});
