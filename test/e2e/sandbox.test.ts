import { rmSync } from 'node:fs';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { makeHome } from '../fakes/gateway.ts';
import { findRunning } from '../../src/main/control/running.ts';
import { createControlClient } from '../../src/shared/control.ts';

/** The first minute: an empty data folder, no account, no provider key, and everything works. */
let tiergate: Tiergate;
let serving: Serving;

beforeAll(async () => {
  tiergate = new Tiergate(BUILT, makeHome());
  serving = await tiergate.serve();
});
afterAll(async () => {
  expect(await serving.stop()).toBe(0);
  rmSync(tiergate.home, { recursive: true, force: true });
});

function post(path: string, body: object): Promise<Response> {
  return fetch(`${serving.origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serving.localKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

test('the start says where to point a tool, with which key, and that the sandbox answers', () => {
  expect(serving.out).toContain('Tiergate is listening.');
  expect(serving.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  expect(serving.localKey).toMatch(/^tg-[\w-]{32}$/);
  expect(serving.windowUrl).toMatch(/\/_tiergate\/#session=[\w-]+$/);
  expect(serving.out).toContain('sandbox answers');
  expect(serving.err).toBe('');
});

test('a request as curl would send it is answered by the sandbox, which says so', async () => {
  const response = await post('/v1/responses', { model: 'gpt-5.5', input: 'hi', service_tier: 'fast' });
  expect(response.status).toBe(200);
  const text = JSON.stringify(await response.json());
  expect(text).toContain('Tiergate sandbox: nothing left your machine');
  expect(text).toContain('at the Standard tier');
});

test('a Chat request as well, under the path without /v1', async () => {
  const response = await post('/chat/completions', { model: 'gpt-5.5', messages: [{ role: 'user', content: 'hi' }] });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  expect(choices[0]?.message.content).toContain('sandbox');
});

test('the official client streams from it', async () => {
  const openai = new OpenAI({ baseURL: serving.baseUrl, apiKey: serving.localKey, maxRetries: 0 });
  let text = '';
  const stream = openai.responses.stream({ model: 'gpt-5.5', input: 'hi' });
  stream.on('response.output_text.delta', ({ delta }) => (text += delta));
  const final = await stream.finalResponse();
  expect(text).toBe(final.output_text);
  const chat = openai.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  expect(await chat.finalContent()).toContain('sandbox');
});

test('the status and the rows name the sandbox', async () => {
  const running = await findRunning(tiergate.home);
  expect(running).not.toBeNull();
  if (running === null) return;
  const status = await createControlClient(running).call('status.get');
  expect(status).toMatchObject({
    sandbox: true,
    accounts: [{ id: 'sandbox', sandbox: true, keys: [] }],
    tools: [{ name: 'default' }],
    policySource: 'settings',
    notices: [],
  });
  const turns = await tiergate.turns();
  expect(turns).toHaveLength(4);
  expect(turns.every(({ account, keyFingerprint }) => account === 'sandbox' && keyFingerprint === null)).toBe(true);
  expect(turns[0]).toMatchObject({ tiers: { requested: 'priority', sent: null }, verdict: 'filter' });
});

test('a block is seen in the sandbox as it would be with a provider', async () => {
  const policy = JSON.stringify({ rules: [{ serviceTier: 'priority', action: 'block' }] });
  expect(await tiergate.run(['policy', 'set', '-'], policy)).toMatchObject({ code: 0, out: 'in force: 1 rules\n' });
  const response = await post('/v1/responses', { model: 'gpt-5.5', input: 'hi', service_tier: 'fast' });
  expect(response.status).toBe(403);
});
