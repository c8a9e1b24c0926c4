import { afterEach, expect, test } from 'vitest';
import { Collector } from '../fakes/collector.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { TURN, send } from '../gateway/tool.ts';

let lab: Lab;
let collector: Collector;

afterEach(async () => {
  await lab.close();
  await collector.close();
});

test('turns of a real gateway reach the user’s collector, with their row’s id and nothing that was said', async () => {
  collector = await Collector.start();
  lab = await startLab({
    settings: { telemetry: { otlp: { enabled: true, endpoint: collector.endpoint } } },
    account: { standardTier: 'default' },
  });
  const secret = 'the quick brown fox';
  expect((await send(lab.origin, { body: { ...TURN, input: secret, service_tier: 'fast' } })).status).toBe(200);
  expect((await send(lab.origin, { body: { model: 5 } })).status).toBe(400);
  const [row] = await lab.newRows();
  await lab.gateway.runtime.stop();
  const roots = collector.spans.filter(({ parentId }) => parentId === '');
  expect(roots).toMatchObject([
    {
      name: 'chat gpt-5.5',
      traceId: row?.id.replaceAll('-', ''),
      attributes: {
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5.5',
        'gen_ai.usage.input_tokens': row?.tokens.input,
        'openai.request.service_tier': 'default',
        'tiergate.tier.requested': 'priority',
        'tiergate.verdict': 'filter',
      },
    },
    { name: 'chat', status: 2, attributes: { 'error.type': 'model_required' } },
  ]);
  expect(collector.of('gen_ai.client.token.usage').map(({ count }) => count)).toEqual([1, 1]);
  expect(collector.of('gen_ai.client.operation.duration').map(({ count }) => count)).toEqual([1, 1]);
  const everything = JSON.stringify([collector.spans, [...collector.points.values()]]);
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain('sk-');
});

test('off by default: nothing is sent', async () => {
  collector = await Collector.start();
  lab = await startLab({ settings: { telemetry: { otlp: { endpoint: collector.endpoint } } } });
  expect((await send(lab.origin, { body: TURN })).status).toBe(200);
  await lab.gateway.runtime.stop();
  expect(collector.paths).toEqual([]);
});

test(
  'switched on while running, it tells of the turns from then on; a collector that is away is named',
  { timeout: 30_000 },
  async () => {
    collector = await Collector.start();
    lab = await startLab();
    const { client, runtime } = lab.gateway;
    await send(lab.origin, { body: TURN });
    const on = { otlp: { enabled: true, endpoint: collector.endpoint } };
    await client.call('settings.set', { section: 'telemetry', value: on });
    await expect
      .poll(
        async () => {
          await send(lab.origin, { body: TURN });
          return collector.spans.length;
        },
        { timeout: 10_000, interval: 200 },
      )
      .toBeGreaterThan(0);
    collector.reception = 'refuse';
    await expect
      .poll(
        async () => {
          await send(lab.origin, { body: TURN });
          return runtime.status().notices.map(({ code }) => code);
        },
        { timeout: 10_000, interval: 200 },
      )
      .toContain('collector_unreachable');
  },
);
