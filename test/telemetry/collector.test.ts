import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Telemetry } from '../../src/main/telemetry/telemetry.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { Collector } from '../fakes/collector.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { type TurnSample, sampleTurn } from '../fakes/turn-sample.ts';

const ACCOUNTS: Readonly<Record<string, { provider: 'openai' | 'anthropic' | 'compatible'; baseUrl: string }>> = {
  openai: { provider: 'openai', baseUrl: 'https://api.openai.com/v1' },
  spare: { provider: 'openai', baseUrl: 'https://eu.api.openai.com:8443/v1' },
  claude: { provider: 'anthropic', baseUrl: 'https://api.anthropic.com' },
  grok: { provider: 'compatible', baseUrl: 'https://api.x.ai/v1' },
  local: { provider: 'compatible', baseUrl: 'http://127.0.0.1:11434/v1' },
};

let collector: Collector;
let telemetry: Telemetry;
let timers: FakeTimers;
let troubles: (string | null)[];

beforeEach(async () => {
  collector = await Collector.start();
  timers = new FakeTimers();
  troubles = [];
  telemetry = new Telemetry({
    version: '1.2.3',
    account: (id) => ACCOUNTS[id] ?? null,
    figures: () => ({ openTurns: 2, lostRows: 1, refused: new Map([['local_key_invalid', 3]]) }),
    after: timers.after,
    trouble: (reason) => troubles.push(reason),
  });
  await telemetry.follow({ otlp: { enabled: true, endpoint: `${collector.endpoint}/` } });
});

afterEach(async () => {
  const closed = telemetry.close();
  await new Promise(setImmediate);
  timers.pass(60_000);
  await closed;
  await collector.close();
});

/** A turn whose every figure is a round one. */
function turn(sample: TurnSample = {}): Turn {
  const startedAt = 1_790_000_000_000;
  return {
    ...sampleTurn(1, {
      id: '0193a5c0-1111-7222-8333-444455556666',
      startedAt,
      sentAt: startedAt + 100,
      firstTokenAt: startedAt + 600,
      endedAt: startedAt + 2600,
      session: 'sess-1',
      tiers: { requested: 'priority', sent: 'priority', served: 'default' },
      tokens: { input: 1000, cached: 400, cacheWrite: 20, cacheWriteHour: 5, output: 200, reasoning: 50 },
      cost: { input: 1, cached: 1, cacheWrite: 1, cacheWriteHour: 1, output: 1, total: 2_500_000_000 },
      costBasis: 'money',
      saved: 1_000_000_000,
      premium: 500_000_000,
      ...sample,
    }),
  };
}

/** Records turns and lets everything be sent. */
async function send(...turns: Turn[]): Promise<void> {
  for (const one of turns) telemetry.recorded(one);
  await telemetry.close();
}

const values = (metric: string): number[] => collector.of(metric).map(({ value }) => value);

describe('the span of a turn', () => {
  test('is named and described as the conventions say', async () => {
    await send(turn());
    const root = collector.spans.find(({ parentId }) => parentId === '');
    expect(root).toMatchObject({
      name: 'chat gpt-5.5',
      kind: 3,
      traceId: '0193a5c01111722283334444' + '55556666',
      from: 1_790_000_000_000,
      until: 1_790_000_002_600,
      status: 0,
      events: ['tiergate.first_token'],
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5.5',
        'gen_ai.response.model': 'gpt-5.5',
        'gen_ai.response.id': 'resp_00000001',
        'gen_ai.conversation.id': 'sess-1',
        'gen_ai.request.stream': true,
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.output_tokens': 200,
        'gen_ai.usage.cache_read.input_tokens': 400,
        'gen_ai.usage.cache_creation.input_tokens': 20,
        'tiergate.usage.cache_creation_1h.input_tokens': 5,
        'gen_ai.usage.reasoning.output_tokens': 50,
        'gen_ai.response.time_to_first_chunk': 0.5,
        'openai.api.type': 'responses',
        'openai.request.service_tier': 'priority',
        'openai.response.service_tier': 'default',
        'server.address': 'api.openai.com',
        'server.port': 443,
        'tiergate.tier.requested': 'priority',
        'tiergate.tier.billed': 'default',
        'tiergate.cost.usd': 0.0025,
        'tiergate.saved.usd': 0.001,
      },
    });
    expect(collector.resources[0]).toEqual({ 'service.name': 'tiergate', 'service.version': '1.2.3' });
    expect([...collector.scopes]).toEqual(['tiergate']);
  });

  test('has one span under it for each try, one after the other', async () => {
    const at = 1_790_000_000_000;
    const first = { account: 'openai', keyFingerprint: 'aaaa', startedAt: at + 100, sentTier: 'priority' };
    const second = { account: 'spare', keyFingerprint: 'bbbb', startedAt: at + 400, sentTier: 'default' };
    await send(
      turn({
        account: 'spare',
        attempts: [
          { ...first, status: 429, error: 'upstream_429' },
          { ...second, status: 200, error: null },
        ],
      }),
    );
    const root = collector.spans.find(({ parentId }) => parentId === '');
    const tries = collector.spans.filter(({ parentId }) => parentId === root?.spanId);
    expect(tries).toMatchObject([
      {
        name: 'POST',
        kind: 3,
        traceId: root?.traceId,
        from: at + 100,
        until: at + 400,
        status: 2,
        attributes: {
          'http.request.method': 'POST',
          'http.response.status_code': 429,
          'error.type': 'upstream_429',
          'server.address': 'api.openai.com',
          'openai.request.service_tier': 'priority',
          'tiergate.key.fingerprint': 'aaaa',
        },
      },
      {
        from: at + 400,
        until: at + 2600,
        status: 0,
        attributes: { 'http.request.resend_count': 1, 'server.address': 'eu.api.openai.com', 'server.port': 8443 },
      },
    ]);
    expect(tries[0]?.attributes).not.toHaveProperty('http.request.resend_count');
  });

  test('of a turn answered at once has one try, and one that never left has none', async () => {
    await send(turn(), turn({ id: 'x', account: null, sentAt: null, status: 400, error: 'body_invalid' }));
    const roots = collector.spans.filter(({ parentId }) => parentId === '');
    const tries = roots.map(({ spanId }) => collector.spans.filter(({ parentId }) => parentId === spanId).length);
    expect(tries).toEqual([1, 0]);
    expect(roots[1]).toMatchObject({ status: 2, attributes: { 'error.type': 'body_invalid' } });
    expect(roots[1]?.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each<[string, TurnSample, Record<string, unknown>, absent: string]>([
    [
      'of Anthropic',
      { account: 'claude', dialect: 'messages' },
      { 'gen_ai.provider.name': 'anthropic' },
      'openai.api.type',
    ],
    [
      'of a known compatible host',
      { account: 'grok' },
      { 'gen_ai.provider.name': 'x_ai' },
      'openai.request.service_tier',
    ],
    [
      'of any other host',
      { account: 'local' },
      { 'gen_ai.provider.name': 'compatible', 'server.port': 11434 },
      'openai.api.type',
    ],
    ['of an account that is gone', { account: 'gone' }, { 'gen_ai.provider.name': 'unknown' }, 'server.address'],
    ['of Chat Completions', { dialect: 'chat' }, { 'openai.api.type': 'chat_completions' }, 'error.type'],
    [
      'of embeddings',
      { dialect: 'platform', route: '/embeddings' },
      { 'gen_ai.operation.name': 'embeddings' },
      'openai.api.type',
    ],
    [
      'of an unknown price',
      { cost: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total: null } },
      {},
      'tiergate.cost.usd',
    ],
    ['without a tier', { tiers: { requested: null, sent: null, served: null } }, {}, 'tiergate.tier.billed'],
  ])('%s says what is known and nothing else', async (_name, sample, known, absent) => {
    await send(turn(sample));
    const root = collector.spans.find(({ parentId }) => parentId === '');
    expect(root?.attributes).toMatchObject(known);
    expect(root?.attributes).not.toHaveProperty([absent]);
  });

  test('is no error where the tool left', async () => {
    await send(turn({ error: 'tool_left', partial: true }));
    expect(collector.spans.map(({ status }) => status)).toEqual([0, 0]);
    expect(collector.spans.map(({ attributes }) => attributes['error.type'])).toEqual(['tool_left', 'tool_left']);
  });
});

describe('the metrics', () => {
  test('have the conventions’ names, units and bounds', async () => {
    await send(turn());
    const [input, output] = collector.of('gen_ai.client.token.usage');
    expect(input).toMatchObject({
      unit: '{token}',
      value: 1000,
      count: 1,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5.5',
        'gen_ai.response.model': 'gpt-5.5',
        'gen_ai.token.type': 'input',
        'server.address': 'api.openai.com',
        'server.port': 443,
      },
    });
    expect(input?.bounds).toEqual([
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ]);
    expect(output).toMatchObject({ value: 200, attributes: { 'gen_ai.token.type': 'output' } });
    const [duration] = collector.of('gen_ai.client.operation.duration');
    expect(duration).toMatchObject({ unit: 's', value: 2.6, count: 1 });
    expect(duration?.bounds).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]);
    expect(collector.of('gen_ai.client.operation.time_to_first_chunk')).toMatchObject([{ unit: 's', value: 0.5 }]);
  });

  test('count money, tokens, tiers and speed', async () => {
    await send(turn(), turn({ costBasis: 'credits' }), turn({ cost: { ...sampleTurn(1).cost }, costBasis: null }));
    expect(values('tiergate.cost.usd')).toEqual([0.0025]);
    expect(values('tiergate.credits.usd')).toEqual([0.0025]);
    expect(values('tiergate.turns.unpriced')).toEqual([1]);
    expect(values('tiergate.saved.usd')).toEqual([0.001]);
    expect(values('tiergate.premium.usd')).toEqual([0.0005]);
    expect(collector.of('tiergate.turns')).toMatchObject([
      {
        value: 3,
        attributes: {
          'tiergate.tool': 'codex',
          'tiergate.account': 'openai',
          'tiergate.tier.requested': 'priority',
          'tiergate.tier.sent': 'priority',
          'tiergate.tier.served': 'default',
          'tiergate.tier.billed': 'default',
          'tiergate.verdict': 'filter',
          'tiergate.outcome': 'ok',
        },
      },
    ]);
    const tokens: unknown = Object.fromEntries(
      collector.of('tiergate.tokens').map(({ attributes, value }) => [attributes['tiergate.token.type'], value]),
    );
    expect(tokens).toEqual({
      input: 3000,
      cached: 1200,
      cache_write: 60,
      cache_write_1h: 15,
      output: 600,
      reasoning: 150,
    });
    // 200 tokens in the two seconds after the first.
    expect(collector.of('tiergate.output.rate')).toMatchObject([{ value: 300, count: 3 }]);
    expect(collector.of('tiergate.attempt.duration')).toMatchObject([{ value: 7.5, count: 3 }]);
  });

  test('tell how the gateway does', async () => {
    await send();
    expect(values('tiergate.turns.open')).toEqual([2]);
    expect(values('tiergate.rows.lost')).toEqual([1]);
    expect(collector.of('tiergate.requests.refused')).toMatchObject([
      { value: 3, attributes: { 'error.type': 'local_key_invalid' } },
    ]);
  });
});

describe('a collector that is slow, refuses or is away', () => {
  test('holds nothing up: what is too much is thrown away and counted', async () => {
    collector.reception = 'hold';
    for (let number = 0; number < 5000; number += 1) telemetry.recorded(turn({ id: String(number) }));
    expect(await telemetry.page()).toMatch(/^tiergate_spans_dropped_total(\{\})? 904$/m);
    timers.pass(1000);
    await expect.poll(() => collector.paths).toEqual(['/v1/traces']);
    for (let number = 0; number < 100; number += 1) telemetry.recorded(turn({ id: String(number) }));
    // 64 are on their way, so as many more found a place.
    expect(await telemetry.page()).toMatch(/^tiergate_spans_dropped_total(\{\})? 940$/m);
  });

  test('is told, with what was lost counted, until it takes them again', async () => {
    collector.reception = 'refuse';
    telemetry.recorded(turn());
    await telemetry.page();
    timers.pass(1000);
    await expect.poll(() => troubles).toHaveLength(1);
    expect(troubles[0]).not.toBeNull();
    expect(await telemetry.page()).toMatch(/^tiergate_spans_dropped_total(\{\})? 1$/m);
    collector.reception = 'take';
    telemetry.recorded(turn());
    await telemetry.page();
    timers.pass(1000);
    await expect.poll(() => troubles).toHaveLength(2);
    expect(troubles[1]).toBeNull();
    expect(collector.spans).toHaveLength(2);
  });
});

test('switched off, nothing is sent any more and nothing is counted', async () => {
  await telemetry.follow({ otlp: { enabled: false, endpoint: collector.endpoint } });
  collector.paths.length = 0;
  telemetry.recorded(turn());
  expect(await telemetry.page()).toBeNull();
  await telemetry.close();
  expect(collector.paths).toEqual([]);
});
