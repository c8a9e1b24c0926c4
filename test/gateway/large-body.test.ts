import { afterEach, expect, test } from 'vitest';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { FAKE_KEY, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { send } from './tool.ts';

let gateway: TestGateway;
let upstreams: Upstream[] = [];

afterEach(async () => {
  await gateway.close();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
});

/** A request of some 2 MiB with a tier in its middle, and without it. */
const TEXT = 'Grüße “✓” \\n'.repeat(80_000);
const before = `{"model":"gpt-5.5","input":[{"role":"user","content":"${TEXT}"}]`;
const after = `,"metadata":{"note":"${TEXT}"}}`;
const ASKED = `${before},"service_tier":"fast"${after}`;
const LEFT = `${before}${after}`;

async function start(count: number): Promise<void> {
  upstreams = await Promise.all(Array.from({ length: count }, () => startUpstream({ keys: [FAKE_KEY] })));
  gateway = await startGateway({
    accounts: upstreams.map(({ baseUrl }, index) => accountAt(baseUrl, { id: `a${index}`, priority: index })),
  });
}

test('a large body leaves without its tier, every other byte as it came and its length announced', async () => {
  await start(1);
  expect((await send(gateway.origin, { body: ASKED })).status).toBe(200);
  const [upstream] = upstreams;
  expect(upstream?.last.body.equals(Buffer.from(LEFT))).toBe(true);
  expect(upstream?.last.header('content-length')).toEqual([String(Buffer.byteLength(LEFT))]);
  expect(upstream?.last.header('transfer-encoding')).toEqual([]);
  expect(await upstream?.leaks(['priority'])).toEqual([]);
});

test('the same bytes go to the next account, and the connection serves the next turn', async () => {
  await start(2);
  const [first, second] = upstreams;
  first?.next({ kind: 'error', status: 500 });
  expect((await send(gateway.origin, { body: ASKED })).status).toBe(200);
  expect(first?.last.body.equals(Buffer.from(LEFT))).toBe(true);
  expect(second?.last.body.equals(Buffer.from(LEFT))).toBe(true);
  expect((await send(gateway.origin, { body: ASKED })).status).toBe(200);
  expect(first?.requests).toHaveLength(2);
  expect([first?.connections, second?.connections]).toEqual([1, 1]);
});
