import { describe, expect, test } from 'vitest';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { messageBatches, messages } from '../../src/main/dialects/messages.ts';
import { type Block, type Forward, decide } from '../../src/main/gateway/decide.ts';
import { type Policy, DEFAULT_POLICY, PolicySchema } from '../../src/shared/policy.ts';

const FAST_BETA = 'fast-mode-2026-02-01';

interface Setting {
  readonly beta?: string;
  readonly policy?: Policy;
  readonly modelMapping?: Record<string, string>;
  readonly batch?: boolean;
}

function judged(
  body: string,
  { beta, policy = DEFAULT_POLICY, modelMapping = {}, batch = false }: Setting = {},
): Forward | Block {
  const asked = (batch ? messageBatches : messages).read(Buffer.from(body));
  if (isUnread(asked)) throw new Error(`not read: ${asked.error.message}`);
  return decide({
    asked,
    routingHint: null,
    beta: beta ?? null,
    account: { kind: 'apikey', baseUrl: 'https://api.anthropic.com', modelMapping },
    policy,
    tool: 'claude',
    now: 0,
  });
}

function sent(body: string, setting: Setting = {}): { body: string; beta: string | null; tier: string | null } {
  const decision = judged(body, setting);
  if (decision.kind === 'block') throw new Error('blocked');
  return { body: decision.bytes.toString(), beta: decision.beta, tier: decision.sentTier };
}

function refusal(body: string, batch = false): string | null {
  const asked = (batch ? messageBatches : messages).read(Buffer.from(body));
  return isUnread(asked) ? asked.error.code : null;
}

const PASS = PolicySchema.parse({ rules: [] });
const rule = (more: object): Policy =>
  PolicySchema.parse({ rules: [{ serviceTier: 'priority', action: 'filter', ...more }] });

describe('speed is the tier priority', () => {
  test.each([
    ['{"model":"m","speed":"fast"}', '{"model":"m"}'],
    ['{"speed":"fast","model":"m"}', '{"model":"m"}'],
    ['{"model":"m","speed":" FAST "}', '{"model":"m"}'],
    [String.raw`{"model":"m","spe\u0065d":"f\u0061st"}`, '{"model":"m"}'],
    ['{"model":"m","speed":"fast","speed":"fast"}', '{"model":"m"}'],
    [
      '{"model":"m","fallbacks":[{"model":"n","speed":"fast","max_tokens":5}]}',
      '{"model":"m","fallbacks":[{"model":"n","max_tokens":5}]}',
    ],
    ['{"model":"m","service_tier":"priority"}', '{"model":"m"}'],
    ['{"model":"m","service_tier":"ultrafast","n":1.0}', '{"model":"m","n":1.0}'],
  ])('filtered out of %s', (body, left) => {
    expect(sent(body, { beta: `a-1,${FAST_BETA}, b-2` })).toEqual({ body: left, beta: 'a-1,b-2', tier: null });
  });

  test.each([
    '{"model":"m","speed":"standard"}',
    '{"model":"m","speed":null}',
    '{"model":"m","service_tier":"auto"}',
    '{"model":"m","service_tier":"standard_only"}',
    '{ "model" : "m", "metadata":{"speed":"fast"}, "messages":[{"role":"user","content":"speed: fast","speed":"fast"}] }',
  ])('and %s is left as it is', (body) => {
    expect(sent(body, { beta: 'a-1, b-2' })).toMatchObject({ body, beta: 'a-1, b-2' });
  });

  test('a pass keeps member and token byte for byte', () => {
    const body = '{"model":"m","speed":"fast"}';
    expect(sent(body, { beta: `x , ${FAST_BETA}`, policy: PASS })).toEqual({
      body,
      beta: `x , ${FAST_BETA}`,
      tier: 'priority',
    });
    expect(sent('{"model":"m","speed":" Fast"}', { policy: PASS }).body).toBe(body);
  });

  test.each([FAST_BETA, FAST_BETA.toUpperCase(), ` ${FAST_BETA} `, 'fast-mode-2027-01-31'])(
    'the token %s alone asks for it',
    (beta) => {
      expect(judged('{"model":"m"}', { beta })).toMatchObject({
        kind: 'forward',
        requestedTier: 'priority',
        beta: null,
        sentTier: null,
      });
    },
  );

  test.each(['fast-mode-2026-02-01x', 'xfast-mode-2026-02-01', 'fast-mode'])('the token %s does not', (beta) => {
    expect(judged('{"model":"m"}', { beta })).toMatchObject({ requestedTier: null, beta });
  });

  test('a rule can block it, wherever it stands', () => {
    const policy = rule({ action: 'block' });
    for (const body of ['{"model":"m","speed":"fast"}', '{"model":"m","fallbacks":[{"model":"n","speed":"fast"}]}'])
      expect(judged(body, { policy }).kind).toBe('block');
  });

  test('a rule can force it, with the token that it needs', () => {
    const policy = rule({ serviceTier: 'missing', action: 'force', forceTo: 'priority' });
    expect(sent('{"model":"m"}', { policy, beta: 'a-1' })).toEqual({
      body: '{"model":"m","speed":"fast"}',
      beta: `a-1,${FAST_BETA}`,
      tier: 'priority',
    });
  });

  test('a tier that Messages cannot say is not sent instead', () => {
    const policy = rule({ action: 'force', forceTo: 'ultrafast' });
    expect(sent('{"model":"m","speed":"fast"}', { policy, beta: FAST_BETA })).toEqual({
      body: '{"model":"m"}',
      beta: null,
      tier: null,
    });
  });
});

describe('fallbacks', () => {
  test('are judged by the models they name', () => {
    const policy = rule({ action: 'block', models: ['opus'] });
    expect(judged('{"model":"haiku","fallbacks":[{"model":"opus","speed":"fast"}]}', { policy }).kind).toBe('block');
    expect(judged('{"model":"opus","fallbacks":[{"model":"haiku","speed":"fast"}]}', { policy }).kind).toBe('forward');
    // Without a speed of its own a fallback runs at the request's.
    expect(judged('{"model":"haiku","speed":"fast","fallbacks":[{"model":"opus"}]}', { policy }).kind).toBe('block');
  });

  test('get the account’s names too', () => {
    const modelMapping = { 'claude-*': 'haiku' };
    const body = '{"model":"claude-a","fallbacks":[{"model":"claude-b"},{"model":"other"}]}';
    expect(sent(body, { modelMapping }).body).toBe(
      '{"model":"haiku","fallbacks":[{"model":"haiku"},{"model":"other"}]}',
    );
  });
});

describe('batches', () => {
  const one = (params: string): string =>
    `{"requests":[{"custom_id":"1","params":{"model":"a"}},{"custom_id":"2","params":${params}}]}`;

  test('have every request judged', () => {
    expect(sent(one('{"model":"b","speed":"fast"}'), { batch: true, beta: FAST_BETA })).toEqual({
      body: one('{"model":"b"}'),
      beta: null,
      tier: null,
    });
    expect(sent(one('{"model":"b","fallbacks":[{"speed":"fast"}]}'), { batch: true }).body).toBe(
      one('{"model":"b","fallbacks":[{}]}'),
    );
    const policy = rule({ action: 'block', models: ['b'] });
    expect(judged(one('{"model":"b","speed":"fast"}'), { batch: true, policy }).kind).toBe('block');
    expect(judged(one('{"model":"c","speed":"fast"}'), { batch: true, policy }).kind).toBe('forward');
  });

  test('get nothing written where nothing stood', () => {
    const policy = rule({ serviceTier: 'missing', action: 'force', forceTo: 'priority' });
    expect(sent(one('{"model":"b"}'), { batch: true, policy }).body).toBe(one('{"model":"b"}'));
  });
});

describe('what readers could take differently is refused', () => {
  test.each([
    ['{"model":"m","speed":"fast","speed":"standard"}', 'member_repeated'],
    ['{"model":"m","Speed":"fast"}', 'member_case'],
    ['{"model":"m","\u017fpeed":"fast"}', 'member_case'],
    ['{"model":"m","fallbacks":[{"speed":"fast","speed":null}]}', 'member_repeated'],
    ['{"model":"m","fallbacks":[{"SPEED":"fast"}]}', 'member_case'],
    ['{"model":"m","fallbacks":[],"fallbacks":[{"speed":"fast"}]}', 'member_repeated'],
    ['{"model":"m","model":"n"}', 'member_repeated'],
    ['{"messages":[]}', 'model_required'],
    ['{"model":"m","stream":"yes"}', 'stream_invalid'],
    ['[]', 'body_invalid'],
    ['', 'body_empty'],
  ])('%s', (body, code) => {
    expect(refusal(body)).toBe(code);
  });

  test('but two fallbacks may say two things', () => {
    expect(
      refusal('{"model":"m","fallbacks":[{"model":"a","speed":"fast"},{"model":"b","speed":"standard"}]}'),
    ).toBeNull();
  });

  test('in a batch as well', () => {
    expect(refusal('{"requests":[{"params":{"model":"a","Speed":"fast"}}]}', true)).toBe('member_case');
    expect(refusal('{"requests":[{"params":{}}],"requests":[]}', true)).toBe('member_repeated');
    expect(refusal('{"requests":[{"params":{},"params":{"speed":"fast"}}]}', true)).toBe('member_repeated');
  });
});

test('a batch is judged in one pass, however many requests it has', () => {
  const one = '{"custom_id":"a","params":{"model":"claude-opus-5","speed":"fast"}}';
  const decision = judged(`{"requests":[${Array(150_000).fill(one).join(',')}]}`, { batch: true });
  expect(decision.verdict.action).toBe('filter');
  expect(decision.kind === 'forward' && decision.bytes.includes('fast')).toBe(false);
});
