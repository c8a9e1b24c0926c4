import { afterEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import type { ScriptSource } from '../fakes/provider-script.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { CLIENT_TIMEOUT, clientAt, runClient } from './run-client.ts';

const { missing } = clientAt('ai/package.json');

let lab: Lab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

type Protocol = 'responses' | 'chat' | 'messages';

const ANTHROPIC = { provider: 'anthropic' };
const MAPPED = { speaks: ['responses'], modelMapping: { 'claude-*': 'gpt-5.5', 'gpt-*': 'gpt-5.5' } };

/** First two calls at once, and a text once their outputs have come back. */
const play: ScriptSource = ({ body }) =>
  body.includes('text of a')
    ? { kind: 'answer', text: 'Both are read.' }
    : {
        kind: 'answer',
        text: 'Reading.',
        calls: ['a', 'b'].map((path) => ({ name: 'read', input: { path } })),
      };

async function begin(account: Readonly<Record<string, unknown>>, passes: boolean): Promise<Lab> {
  lab = await startLab({ account, upstream: { script: play } });
  if (passes) await lab.gateway.client.call('policy.set', { policy: { rules: [] } });
  return lab;
}

/** What the program printed. */
async function ask({ gateway }: Lab, protocol: Protocol): Promise<unknown> {
  const { output } = await runClient({
    command: process.execPath,
    args: () => [new URL('ai-sdk.mjs', import.meta.url).pathname],
    env: () => ({ LAB_PROTOCOL: protocol, LAB_BASE_URL: gateway.baseUrl, LAB_LOCAL_KEY: LOCAL_KEY }),
  });
  return JSON.parse(output) as unknown;
}

const WISH = {
  responses: { service_tier: 'priority' },
  chat: { service_tier: 'priority' },
  messages: { speed: 'fast' },
};

describe.skipIf(missing)('a tool made with the AI SDK', () => {
  test.each<[Protocol, string, Readonly<Record<string, unknown>>, boolean]>([
    ['responses', 'raw', {}, false],
    ['responses', 'raw', {}, true],
    ['chat', 'raw', {}, false],
    ['chat', 'raw', {}, true],
    ['chat', 'translated', MAPPED, false],
    ['messages', 'raw', ANTHROPIC, false],
    ['messages', 'raw', ANTHROPIC, true],
    ['messages', 'translated', MAPPED, true],
  ])(
    'runs two turns over %s, %s account %j, with Fast passed: %s',
    CLIENT_TIMEOUT,
    async (protocol, how, account, passes) => {
      const here = await begin(account, passes);
      expect(await ask(here, protocol)).toEqual({
        text: 'Both are read.',
        calls: ['text of a', 'text of b'],
        input: 240,
        output: 80,
      });
      const { upstream } = here;
      expect(upstream.violations).toEqual([]);
      const wish = how === 'raw' ? WISH[protocol] : WISH.responses;
      if (passes) expect(upstream.requests.map(({ json }) => json)).toMatchObject([wish, wish]);
      else expect(await upstream.leaks(['priority', 'fast'])).toEqual([]);
      const row = {
        dialect: protocol,
        verdict: passes ? 'pass' : 'filter',
        tiers: passes
          ? { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' }
          : { requested: 'priority', sent: null, served: 'default', billed: 'default' },
        tokens: { input: 120, cached: 20, output: 40 },
        status: 200,
        error: null,
        partial: false,
      };
      expect(await here.newRows()).toMatchObject([row, row]);
    },
  );

  test.each<[Protocol, Readonly<Record<string, unknown>>]>([
    ['responses', {}],
    ['messages', MAPPED],
  ])('gets the provider’s error over %s', CLIENT_TIMEOUT, async (protocol, account) => {
    const here = await begin(account, false);
    here.upstream.always({ kind: 'error', status: 403 });
    expect(await ask(here, protocol)).toEqual({ error: 'You do not have access to this model.', status: 403 });
    expect(await here.newRows()).toMatchObject([{ status: 403 }]);
  });
});
