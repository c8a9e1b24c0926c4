import { expect, test } from 'vitest';
import type { z } from 'zod';
import { inChinese } from '../../src/shared/chinese.ts';
import { problemsOf } from '../../src/shared/problem.ts';
import { SettingsSchema } from '../../src/shared/settings.ts';

const RULE = { serviceTier: 'priority', action: 'filter' };
const ACCOUNT = { id: 'a', provider: 'openai', kind: 'apikey', baseUrl: 'https://api.openai.com/v1' };

function problems(document: unknown): string[] {
  const { error } = SettingsSchema.safeParse(document);
  return error === undefined ? [] : problemsOf(error).map(({ path, message }) => `${path}: ${message}`);
}

const CASES: readonly [string, unknown, string][] = [
  ['no object', 5, ': must be an object'],
  ['a member that there is none', { gateway: { prot: 1 } }, 'gateway.prot: there is no such setting'],
  ['a text for a number', { gateway: { port: '1' } }, 'gateway.port: must be a number'],
  ['half a number', { gateway: { port: 1.5 } }, 'gateway.port: must be a whole number'],
  ['too little', { gateway: { port: -1 } }, 'gateway.port: must be at least 0'],
  ['too much', { capture: { sample: 2 } }, 'capture.sample: must be at most 1'],
  [
    'nothing where there must be more',
    { budgets: [{ id: 'a', period: 'day', usd: 0 }] },
    'budgets[0].usd: must be more than 0',
  ],
  ['a number for a switch', { gateway: { lan: 1 } }, 'gateway.lan: must be true or false'],
  ['a number for a text', { accounts: [{ ...ACCOUNT, baseUrl: 1 }] }, 'accounts[0].baseUrl: must be a text'],
  ['no list', { tools: {} }, 'tools: must be a list'],
  ['an empty list', { accounts: [{ ...ACCOUNT, speaks: [] }] }, 'accounts[0].speaks: must not be empty'],
  ['an empty text', { policy: { rules: [{ ...RULE, tools: [' '] }] } }, 'policy.rules[0].tools[0]: must not be empty'],
  [
    'a long text',
    { policy: { rules: [{ ...RULE, errorMessage: 'x'.repeat(1001) }] } },
    'policy.rules[0].errorMessage: must have at most 1000 characters',
  ],
  [
    'none of a choice',
    { policy: { rules: [{ ...RULE, action: 'drop' }] } },
    'policy.rules[0].action: must be one of pass, filter, force, block',
  ],
  [
    'no moment',
    { policy: { rules: [{ ...RULE, until: 'tomorrow' }] } },
    'policy.rules[0].until: must be a moment such as 2027-01-31T18:00:00Z',
  ],
  [
    'no address',
    { telemetry: { otlp: { endpoint: 'x' } } },
    'telemetry.otlp.endpoint: must be an address such as http://127.0.0.1:4318',
  ],
  [
    'one of two forms, told by the nearer',
    { accounts: [{ ...ACCOUNT, keys: [{ env: 'a-b' }] }] },
    'accounts[0].keys[0].env: not the name of an environment variable',
  ],
  [
    'a name in a table',
    { accounts: [{ ...ACCOUNT, headers: { authorization: 'x' } }] },
    'accounts[0].headers.authorization: this header belongs to the gateway',
  ],
];

test.each(CASES)('%s is told in words, with its place', (_, document, expected) => {
  expect(problems(document)).toEqual([expected]);
});

test.each(CASES)('%s is Chinese in Chinese', (_, document) => {
  for (const problem of problems(document)) expect(inChinese(problem.replace(/^: /, ''))).toMatch(/\p{Script=Han}/u);
});

/** The words that a schema brings of its own, wherever they stand in it. */
function ownWords(schema: unknown, seen = new Set<unknown>()): string[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return [];
  seen.add(schema);
  const { error } = schema as { readonly error?: unknown };
  const own = typeof error === 'function' ? [(error as (issue: unknown) => unknown)({})] : [];
  const inner = [
    (schema as { readonly _zod?: { readonly def?: unknown } })._zod?.def,
    ...Object.values(schema as Record<string, unknown>),
  ];
  return [...own.filter((words) => typeof words === 'string'), ...inner.flatMap((one) => ownWords(one, seen))];
}

test('every word that the settings’ schema brings of its own can be said in Chinese', () => {
  const words = ownWords(SettingsSchema satisfies z.ZodType);
  expect(words.length).toBeGreaterThan(10);
  expect(words.filter((text) => !/\p{Script=Han}/u.test(inChinese(text)))).toEqual([]);
});
