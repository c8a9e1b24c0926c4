import parse from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { TURN, send } from '../gateway/tool.ts';

let lab: Lab;
let key: string;

beforeAll(async () => {
  lab = await startLab();
  ({ key } = await lab.gateway.client.call('metrics.rotate'));
});
afterAll(() => lab.close());

function scrape(headers: Readonly<Record<string, string>>, init: RequestInit = {}): Promise<Response> {
  return fetch(`${lab.origin}/_tiergate/metrics`, { headers, ...init });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The samples of one metric, as a scraper reads them. */
async function samples(metric: string) {
  const response = await scrape(bearer(key));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  return { text, family: parse(text).find(({ name }) => name === metric) };
}

/** The samples of a histogram's part; the parser drops a histogram's labels, but not those of plain samples. */
function parts(text: string, name: string) {
  const plain = parse(text.replaceAll(/^# TYPE .*$/gm, ''));
  return plain.filter((family) => family.name === name).flatMap(({ metrics }) => metrics);
}

describe('a scrape', () => {
  test('parses, and counts every turn up to the one before it', async () => {
    await expect.poll(async () => (await scrape(bearer(key))).status).toBe(200);
    for (let count = 0; count < 3; count += 1) await send(lab.origin, { body: { ...TURN, service_tier: 'fast' } });
    await send(lab.origin, { body: TURN, headers: { authorization: 'Bearer tg-wrong' } });
    const { family, text } = await samples('tiergate_turns_total');
    expect(family).toMatchObject({
      type: 'COUNTER',
      metrics: [
        {
          value: '3',
          labels: {
            tiergate_tool: 'lab',
            tiergate_account: 'lab',
            gen_ai_request_model: 'gpt-5.5',
            tiergate_tier_requested: 'priority',
            tiergate_verdict: 'filter',
            tiergate_outcome: 'ok',
          },
        },
      ],
    });
    expect((await samples('gen_ai_client_token_usage')).family).toMatchObject({ type: 'HISTOGRAM' });
    const sums = parts(text, 'gen_ai_client_token_usage_sum');
    expect(sums.map(({ value, labels }) => [labels?.['gen_ai_token_type'], value])).toEqual([
      ['input', '360'],
      ['output', '120'],
    ]);
    expect(parts(text, 'gen_ai_client_operation_duration_count')).toMatchObject([{ value: '3' }]);
    expect((await samples('tiergate_requests_refused_total')).family?.metrics).toMatchObject([
      { value: '1', labels: { error_type: 'local_key_invalid' } },
    ]);
    expect((await samples('tiergate_turns_open')).family).toMatchObject({ type: 'GAUGE', metrics: [{ value: '0' }] });
  });

  test('a model’s name in the labels cannot break the page', async () => {
    const rules = [{ serviceTier: 'fast', action: 'block' }];
    await lab.gateway.client.call('policy.set', { policy: { rules } });
    const model = 'a"} 1\nevil{b="c\\';
    expect((await send(lab.origin, { body: { model, service_tier: 'fast' } })).status).toBe(403);
    const { family, text } = await samples('tiergate_turns_total');
    expect(family?.metrics.map(({ labels }) => labels?.['gen_ai_request_model'])).toContain(model);
    expect(parse(text).map(({ name }) => name)).not.toContain('evil');
  });
});

describe('who may see it', () => {
  test.each<[string, () => Record<string, string>]>([
    ['nobody without a token', () => ({})],
    ['nobody with a wrong one', () => bearer('tgm-wrong')],
    ['no tool', () => bearer(LOCAL_KEY)],
    ['not by another header', () => ({ 'x-api-key': key })],
  ])('%s', async (_name, headers) => {
    const response = await scrape(headers());
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('tiergate_turns');
  });

  test('no web page, and nothing may be sent to it', async () => {
    expect((await scrape({ ...bearer(key), origin: 'https://evil.example' })).status).toBe(403);
    expect((await scrape(bearer(key), { method: 'POST', body: 'x' })).status).toBe(404);
  });

  test('its token opens nothing else', async () => {
    const turn = await send(lab.origin, { body: TURN, headers: bearer(key) });
    expect(turn.status).toBe(401);
    const call = await fetch(`${lab.origin}/_tiergate/api/status.get`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-tiergate-session': key, ...bearer(key) },
      body: '{}',
    });
    expect(call.status).toBe(401);
  });

  test('of the token only a hash is kept', async () => {
    const { telemetry } = await lab.gateway.client.call('settings.get');
    expect(telemetry.metricsKeyHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(telemetry)).not.toContain(key);
  });

  test('a new token ends the old one, and taking it away ends the page', async () => {
    const old = key;
    ({ key } = await lab.gateway.client.call('metrics.rotate'));
    expect([(await scrape(bearer(old))).status, (await scrape(bearer(key))).status]).toEqual([401, 200]);
    await lab.gateway.client.call('metrics.revoke');
    expect((await scrape(bearer(key))).status).toBe(404);
  });
});
