import { writeFileSync } from 'node:fs';
import { type Server, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RecordedRequest } from '../fakes/recorded-request.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { codex, missing } from './codex.ts';
import { CLIENT_TIMEOUT, type Run } from './run-client.ts';

/** With a ChatGPT login Codex compresses its bodies, and says its tier in a header too. */
let lab: Lab | null = null;
let ear: Server | null = null;
/** The codings of the turns that Codex sent. */
const heard: (string | undefined)[] = [];

afterEach(async () => {
  ear?.closeAllConnections();
  ear?.close();
  await lab?.close();
  lab = ear = null;
  heard.length = 0;
});

/** Listens between Codex and the gateway, and hands every turn on as it is. */
async function listenFor(origin: string): Promise<string> {
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked;
    if (method !== 'POST') {
      // The gateway's list of models would not offer Fast where the policy filters it, and Codex would not ask for it.
      answer.writeHead(404).end();
      return;
    }
    heard.push(headers['content-encoding']);
    const onward = httpRequest(origin + (url ?? ''), {
      method,
      headers: { ...headers, host: new URL(origin).host },
    });
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(answer);
    });
    asked.pipe(onward);
  });
  ear = server;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined);
  });
  await promise;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const ACCOUNT = { chatgpt_account_id: 'acc', chatgpt_plan_type: 'pro' };

/** A login as Codex keeps it; its access token is what the gateway knows the tool by. */
function login(home: string): void {
  const claims = { email: 'a@example.com', exp: 4_000_000_000, 'https://api.openai.com/auth': ACCOUNT };
  const [head, body] = [{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const tokens = { id_token: `${head}.${body}.x`, access_token: LOCAL_KEY, refresh_token: 'none', account_id: 'acc' };
  const auth = { OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() };
  writeFileSync(join(home, 'auth.json'), JSON.stringify(auth));
}

async function run({ origin }: Lab): Promise<Run> {
  const baseUrl = await listenFor(origin);
  return codex(baseUrl, 'name = "OpenAI"\nrequires_openai_auth = true\nsupports_websockets = false\n', login);
}

const ROW = {
  dialect: 'responses',
  transport: 'http',
  models: { requested: 'gpt-5.5', upstream: 'gpt-5.5', served: 'gpt-5.5' },
  tokens: { input: 120, cached: 20, output: 40, reasoning: 8 },
  status: 200,
  error: null,
};

function turnsOf({ upstream }: Lab): RecordedRequest[] {
  return upstream.requests.filter(({ method }) => method === 'POST');
}

describe.skipIf(missing)('Codex’s zstd bodies', () => {
  test('are read and recorded; Fast goes up where the policy lets it', CLIENT_TIMEOUT, async () => {
    lab = await startLab({ upstream: { script: { kind: 'answer', text: 'All done here.' } } });
    await lab.gateway.client.call('policy.set', { policy: { rules: [] } });
    const { code, output } = await run(lab);
    expect(output).toContain('All done here.');
    expect(code).toBe(0);
    const [turn, ...more] = turnsOf(lab);
    expect(more).toEqual([]);
    expect(heard).toEqual(['zstd']);
    expect(turn?.json).toMatchObject({ model: 'gpt-5.5', service_tier: 'priority' });
    expect(turn?.header('x-codex-routing-hint')).toEqual(['model=gpt-5.5;tier=priority']);
    expect(lab.upstream.violations).toEqual([]);
    const tiers = { requested: 'priority', sent: 'priority', served: 'priority', billed: 'priority' };
    const rows = await lab.newRows();
    expect(rows.filter(({ route }) => route === '/responses')).toMatchObject([{ ...ROW, verdict: 'pass', tiers }]);
  });

  test('are judged by what is in them: Fast is filtered, in body and header', CLIENT_TIMEOUT, async () => {
    lab = await startLab({ upstream: { script: { kind: 'answer', text: 'All done here.' } } });
    const { code, output } = await run(lab);
    expect(output).toContain('All done here.');
    expect(code).toBe(0);
    const [turn, ...more] = turnsOf(lab);
    expect(more).toEqual([]);
    expect(heard).toEqual(['zstd']);
    expect(turn?.json).toMatchObject({ model: 'gpt-5.5', stream: true });
    expect(turn?.json).not.toHaveProperty('service_tier');
    expect(turn?.header('x-codex-routing-hint')).toEqual(['model=gpt-5.5']);
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
    expect(lab.upstream.violations).toEqual([]);
    const tiers = { requested: 'priority', sent: null, served: 'default', billed: 'default' };
    const rows = await lab.newRows();
    expect(rows.filter(({ route }) => route === '/responses')).toMatchObject([{ ...ROW, verdict: 'filter', tiers }]);
  });
});
