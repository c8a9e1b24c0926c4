import { afterEach, describe, expect, test } from 'vitest';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import type { Script, ScriptSource } from '../fakes/provider-script.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { CLIENT_TIMEOUT, type Run, clientAt, runClient } from './run-client.ts';

const { command, missing } = clientAt('.bin/claude');

let lab: Lab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

/** Runs Claude Code once, with fast mode switched on and the gateway as its provider. */
function claude({ origin }: Pick<Lab, 'origin'>, prompt: string): Promise<Run> {
  const settings = JSON.stringify({ fastMode: true });
  return runClient({
    command,
    args: () => ['-p', prompt, '--model', 'claude-opus-5-5', '--settings', settings, '--allowedTools', 'Bash'],
    env: (home) => ({
      CLAUDE_CONFIG_DIR: home,
      ANTHROPIC_BASE_URL: origin,
      ANTHROPIC_API_KEY: LOCAL_KEY,
      CLAUDE_CODE_SKIP_FAST_MODE_ORG_CHECK: '1',
      DISABLE_AUTOUPDATER: '1',
    }),
  });
}

const ECHO = { name: 'Bash', input: { command: 'echo tiergate-was-here', description: 'Says where it was' } };

/** First a call of a tool, and a text once its output has come back. */
const play: ScriptSource = ({ body }): Script =>
  body.includes('"tool_result"') || body.includes('"function_call_output"')
    ? { kind: 'answer', text: 'All done here.' }
    : { kind: 'answer', text: 'One moment.', calls: [ECHO] };

/** Anthropic's own account, and one that speaks Responses and has a model of its own for each of Claude's. */
const ACCOUNTS = {
  anthropic: { provider: 'anthropic' },
  translated: { speaks: ['responses'], modelMapping: { 'claude-*': 'gpt-5.5' } },
} as const;

type Kind = keyof typeof ACCOUNTS;

const MODELS = { anthropic: 'claude-opus-5-5', translated: 'gpt-5.5' } as const;

async function begin(kind: Kind, rules?: readonly object[]): Promise<Lab> {
  lab = await startLab({ account: ACCOUNTS[kind], upstream: { script: play } });
  if (rules !== undefined) await lab.gateway.client.call('policy.set', { policy: { rules: rules as never } });
  return lab;
}

const rowOf = (kind: Kind): object => ({
  dialect: 'messages',
  account: 'lab',
  streamed: true,
  models: { requested: 'claude-opus-5-5', upstream: MODELS[kind], served: MODELS[kind] },
  tokens: { input: 120, cached: 20, output: 40 },
  status: 200,
  error: null,
  partial: false,
});

describe.skipIf(missing).each<Kind>(['anthropic', 'translated'])(
  'Claude Code itself, over an account that is %s',
  (kind) => {
    test('runs two turns with a tool call, and its fast mode never goes up', CLIENT_TIMEOUT, async () => {
      const here = await begin(kind);
      const { code, output } = await claude(here, 'say something');
      expect(output).toContain('All done here.');
      expect(code).toBe(0);

      const path = kind === 'anthropic' ? '/v1/messages?beta=true' : '/v1/responses';
      expect(here.upstream.requests.map((request) => request.path)).toEqual([path, path]);
      expect(here.upstream.last.body.toString()).toMatch(/(?:tool_result|function_call_output).*tiergate-was-here/);
      expect(await here.upstream.leaks(['priority', 'fast'])).toEqual([]);
      expect(here.upstream.requests.flatMap((one) => one.header('anthropic-beta')).join()).not.toContain('fast-mode');
      expect(here.upstream.violations).toEqual([]);
      const tiers = { requested: 'priority', sent: null, served: 'default', billed: 'default' };
      const row = { ...rowOf(kind), verdict: 'filter', tiers };
      expect(await here.newRows()).toMatchObject([row, row]);
    });

    test('has its fast mode where the policy lets it', CLIENT_TIMEOUT, async () => {
      const here = await begin(kind, []);
      const { code, output } = await claude(here, 'say something');
      expect(output).toContain('All done here.');
      expect(code).toBe(0);
      const asked = kind === 'anthropic' ? { speed: 'fast' } : { service_tier: 'priority' };
      expect(here.upstream.requests.map(({ json }) => json)).toMatchObject([asked, asked]);
      if (kind === 'anthropic') expect(here.upstream.last.header('anthropic-beta').join()).toContain('fast-mode');
      const tiers = { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' };
      const row = { ...rowOf(kind), verdict: 'pass', tiers };
      expect(await here.newRows()).toMatchObject([row, row]);
    });

    test('shows why a rule blocks it, and stops', CLIENT_TIMEOUT, async () => {
      const errorMessage = 'Fast is switched off on this machine';
      const here = await begin(kind, [{ serviceTier: 'priority', action: 'block', errorMessage }]);
      const { code, output } = await claude(here, 'say something');
      expect(output).toContain(errorMessage);
      expect(code).not.toBe(0);
      expect(here.upstream.requests).toEqual([]);
      expect(await here.newRows()).toMatchObject([{ verdict: 'block', tiers: { sent: null }, status: 403 }]);
    });

    test('shows the provider’s error in the provider’s words', CLIENT_TIMEOUT, async () => {
      const here = await begin(kind);
      const error = { type: 'permission_error', message: 'This project may not use that model.' };
      here.upstream.always({ kind: 'error', status: 403, body: JSON.stringify({ type: 'error', error }) });
      const { code, output } = await claude(here, 'say something');
      expect(output).toContain(error.message);
      expect(code).not.toBe(0);
      expect(await here.newRows()).toMatchObject([{ status: 403, tiers: { sent: null } }]);
    });
  },
);
