import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import type { Script, ScriptSource } from '../fakes/provider-script.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { CLIENT_TIMEOUT, type Run, clientAt, runClient } from './run-client.ts';

/** The program itself, without the package that picks it: that one names systems for which there is none. */
const { command, missing } = clientAt('opencode-linux-x64-baseline/bin/opencode');

let lab: Lab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

/** How opencode is told to speak each protocol, and to ask for Fast in it. */
const KINDS = {
  responses: { account: {}, provider: 'openai', npm: null, model: 'gpt-5.5', options: { serviceTier: 'priority' } },
  chat: {
    account: {},
    provider: 'lab',
    npm: '@ai-sdk/openai-compatible',
    model: 'gpt-5.5',
    options: { service_tier: 'fast' },
  },
  messages: {
    account: { provider: 'anthropic' },
    provider: 'anthropic',
    npm: null,
    model: 'claude-opus-5',
    options: { speed: 'fast' },
  },
} as const;

type Kind = keyof typeof KINDS;

function opencode({ gateway }: Lab, kind: Kind): Promise<Run> {
  const { provider, npm, model, options } = KINDS[kind];
  const settings = {
    provider: {
      [provider]: {
        ...(npm === null ? {} : { npm, name: provider }),
        options: { baseURL: gateway.baseUrl, apiKey: LOCAL_KEY },
        models: { [model]: { options } },
      },
    },
    permission: { bash: 'allow' },
  };
  return runClient({
    command,
    // With a title of its own it asks no model for one.
    args: () => ['run', '--title', 'lab', '-m', `${provider}/${model}`, 'say something'],
    env: (home) => ({
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_STATE_HOME: home,
      XDG_CACHE_HOME: home,
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    }),
    prepare: (home) => {
      writeFileSync(join(home, 'work', 'opencode.json'), JSON.stringify(settings));
    },
  });
}

/** First a call of a tool, and a text once its output has come back. */
const play: ScriptSource = ({ body }): Script =>
  body.includes('echo tiergate-was-here')
    ? { kind: 'answer', text: 'All done here.' }
    : {
        kind: 'answer',
        calls: [{ name: 'bash', input: { command: 'echo tiergate-was-here', description: 'Says where it was' } }],
      };

async function begin(kind: Kind, rules?: readonly []): Promise<Lab> {
  lab = await startLab({ account: KINDS[kind].account, upstream: { script: play } });
  if (rules !== undefined) await lab.gateway.client.call('policy.set', { policy: { rules: [...rules] } });
  return lab;
}

describe.skipIf(missing)('opencode itself', () => {
  test.each<Kind>(['responses', 'chat'])(
    'runs two turns with a tool call over %s, without Fast',
    CLIENT_TIMEOUT,
    async (kind) => {
      const here = await begin(kind);
      const { code, output } = await opencode(here, kind);
      expect(output).toContain('All done here.');
      expect(code).toBe(0);
      expect(here.upstream.requests).toHaveLength(2);
      // What the command said has come back to the model.
      expect(here.upstream.last.body.toString()).toMatch(/"(?:output|content)":"tiergate-was-here/);
      expect(await here.upstream.leaks(['priority', 'fast'])).toEqual([]);
      expect(here.upstream.violations).toEqual([]);
      const row = {
        dialect: kind,
        models: { requested: 'gpt-5.5', upstream: 'gpt-5.5', served: 'gpt-5.5' },
        verdict: 'filter',
        tiers: { requested: 'priority', sent: null, served: 'default', billed: 'default' },
        tokens: { input: 120, cached: 20, output: 40, reasoning: 8 },
        status: 200,
        error: null,
        partial: false,
      };
      expect(await here.newRows()).toMatchObject([row, row]);
    },
  );

  test('has its Fast over Messages where the policy lets it', CLIENT_TIMEOUT, async () => {
    const here = await begin('messages', []);
    const { code, output } = await opencode(here, 'messages');
    expect(output).toContain('All done here.');
    expect(code).toBe(0);
    expect(here.upstream.requests.map(({ json }) => json)).toMatchObject([{ speed: 'fast' }, { speed: 'fast' }]);
    expect(here.upstream.violations).toEqual([]);
    const tiers = { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' };
    const row = { dialect: 'messages', verdict: 'pass', tiers, tokens: { input: 120, cached: 20, output: 40 } };
    expect(await here.newRows()).toMatchObject([row, row]);
  });

  test('shows the provider’s error in the provider’s words', CLIENT_TIMEOUT, async () => {
    const here = await begin('responses');
    const message = 'This project may not use that model.';
    here.upstream.always({ kind: 'error', status: 403, body: JSON.stringify({ error: { message, type: 'x' } }) });
    const { output } = await opencode(here, 'responses');
    expect(output).toContain(message);
    expect(await here.newRows()).toMatchObject([{ status: 403, verdict: 'filter', tiers: { sent: null } }]);
  });
});
