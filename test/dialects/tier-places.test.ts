import { describe, expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import { type Dialect, isUnread } from '../../src/main/dialects/dialect.ts';
import { messages } from '../../src/main/dialects/messages.ts';
import { platform } from '../../src/main/dialects/platform.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { type Block, type Forward, decide } from '../../src/main/gateway/decide.ts';
import { PolicySchema } from '../../src/shared/policy.ts';

function judged(
  dialect: Dialect,
  body: string,
  rule: object,
  standardTier: 'omit' | 'default' = 'omit',
): Forward | Block {
  const asked = dialect.read(Buffer.from(body));
  if (isUnread(asked)) throw new TypeError(asked.error.message);
  return decide({
    asked,
    routingHint: null,
    account: { kind: 'apikey', baseUrl: 'https://gateway.example/v1', standardTier, modelMapping: {} },
    policy: PolicySchema.parse({ rules: [rule] }),
    tool: 'lab',
    now: 0,
  });
}

function left(...asked: Parameters<typeof judged>): string | null {
  const decision = judged(...asked);
  return decision.kind === 'block' ? null : decision.bytes.toString();
}

const FILTER = { serviceTier: 'priority', action: 'filter' };

describe.each([
  ['Responses', responses],
  ['Chat', chat],
  ['other endpoints', platform],
  ['Messages', messages],
])('attack: Fast where a gateway behind the account looks, in %s', (_, dialect) => {
  test.each([
    ['"speed":"fast"', '{"model":"m"}'],
    ['"speed":" FAST "', '{"model":"m"}'],
    ['"providerOptions":{"gateway":{"speed":"fast"}}', '{"model":"m","providerOptions":{"gateway":{}}}'],
    ['"providerOptions":{"gateway":{"serviceTier":"priority"}}', '{"model":"m","providerOptions":{"gateway":{}}}'],
    ['"providerOptions":{"anthropic":{"a":1,"speed":"fast"}}', '{"model":"m","providerOptions":{"anthropic":{"a":1}}}'],
    [
      '"providerOptions":{"openai":{"service_tier":"fast","a":1}}',
      '{"model":"m","providerOptions":{"openai":{"a":1}}}',
    ],
  ])('%s', (members, filtered) => {
    const body = `{"model":"m",${members}}`;
    expect(left(dialect, body, FILTER)).toBe(filtered);
    expect(left(dialect, body, { ...FILTER, action: 'block' })).toBeNull();
    expect(judged(dialect, body, FILTER).requestedTier).toBe('priority');
  });
});

test('how fast a voice speaks is no tier', () => {
  const body = '{"model":"tts","input":"hi","speed":1.25}';
  expect(left(platform, body, { serviceTier: 'all', action: 'block' })).toBe(body);
  expect(left(platform, body, { serviceTier: 'missing', action: 'pass' })).toBe(body);
  expect(judged(platform, body, FILTER).requestedTier).toBeNull();
});

test('what passes keeps its place and its word', () => {
  const body = '{"model":"m","speed":"fast","providerOptions":{"gateway":{"serviceTier":"flex"}}}';
  expect(left(responses, body, { serviceTier: 'all', action: 'pass' })).toBe(body);
});

test('a tier that is forced stands in the protocol’s own member, and no other place says another', () => {
  const force = { serviceTier: 'priority', action: 'force', forceTo: 'flex' };
  const body =
    '{"model":"m","serviceTier":"priority","speed":"fast","providerOptions":{"openai":{"serviceTier":"fast"}}}';
  expect(left(responses, body, force)).toBe('{"model":"m","providerOptions":{"openai":{}},"service_tier":"flex"}');
});

test('Standard that is written for an account stands in the protocol’s own member alone', () => {
  const body = '{"model":"m","service_tier":"priority","speed":"fast"}';
  expect(left(responses, body, FILTER, 'default')).toBe('{"model":"m","service_tier":"default"}');
});

test('of several wishes the dearest is on record, asked for and sent', () => {
  const body = '{"model":"m","service_tier":"flex","speed":"fast"}';
  expect(judged(responses, body, { serviceTier: 'all', action: 'pass' })).toMatchObject({
    requestedTier: 'priority',
    sentTier: 'priority',
  });
});
