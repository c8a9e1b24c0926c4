import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LoginLab, startLoginLab } from './login-lab.ts';
import { TURN, send } from './tool.ts';

const STREAM = { ...TURN, stream: true };

let lab: LoginLab;

beforeAll(async () => {
  lab = await startLoginLab();
});
beforeEach(async () => {
  lab.backend.upstream.reset();
  lab.backend.answer = {};
  seen = (await lab.gateway.turns()).length;
});
afterAll(() => lab.close());

let seen = 0;

/** The rows of this test. */
async function rows(): Promise<unknown[]> {
  return (await lab.gateway.turns())
    .slice(seen)
    .map(({ status, error, account, tiers, attempts, servedTrust, streamed, tokens, partial }) => ({
      status,
      error,
      account,
      tiers,
      attempts: attempts.map((attempt) => [attempt.status, attempt.error]),
      servedTrust,
      streamed,
      tokens: [tokens.input, tokens.output],
      partial,
    }));
}

test('a turn streams over a login that was imported, under its account', async () => {
  const answer = await send(lab.gateway.origin, {
    body: STREAM,
    headers: { 'chatgpt-account-id': 'of the tool', chatgpt_account_id: 'too' },
  });
  expect(answer.text).toContain('event: response.completed');
  const { last, violations } = lab.backend.upstream;
  expect(last.path).toBe('/backend-api/codex/responses');
  expect(last.header('chatgpt-account-id')).toEqual(['workspace-1']);
  expect(last.header('chatgpt_account_id')).toEqual([]);
  expect(violations).toEqual([]);
  expect(await rows()).toEqual([
    {
      status: 200,
      error: null,
      account: 'codex',
      tiers: { requested: null, sent: null, served: 'default', billed: null },
      attempts: [],
      servedTrust: 'unverifiable',
      streamed: true,
      tokens: [120, 40],
      partial: false,
    },
  ]);
});

test('a test of the account names it too, and asks as Codex does', async () => {
  lab.backend.upstream.next((request) =>
    request.header('chatgpt-account-id')[0] === 'workspace-1' && request.path.includes('/models?client_version=')
      ? { kind: 'error', status: 200, body: '{"models":[]}' }
      : { kind: 'error', status: 400 },
  );
  expect(await lab.gateway.client.call('account.test', { id: 'codex' })).toMatchObject({ ok: true, status: 200 });
});

test('a model goes up under the name that the account’s table has for it', async () => {
  await send(lab.gateway.origin, { body: { ...STREAM, model: 'gpt-5.1-codex-max' } });
  expect(lab.backend.upstream.last.json).toMatchObject({ model: 'gpt-5.3-codex' });
});

test('what Codex sends goes up byte for byte', async () => {
  const body = '{ "model":"gpt-5.5", "stream":true,"input":[{"role":"developer","content":"x"}],"store":false}';
  const answer = await send(lab.gateway.origin, { body, headers: { originator: 'codex_exec' } });
  expect(answer.status).toBe(200);
  expect(lab.backend.upstream.last.body.toString()).toBe(body);
  expect(answer.header('x-tiergate-left-out')).toBeUndefined();
});

describe('what the backend refuses', () => {
  test('is left out, and the tool is told', async () => {
    const answer = await send(lab.gateway.origin, { body: { ...STREAM, temperature: 0, max_output_tokens: 9 } });
    expect(answer.status).toBe(200);
    expect(answer.header('x-tiergate-left-out')).toBe('max_output_tokens, temperature');
  });

  test('and nobody can mend comes down in its own words', async () => {
    const answer = await send(lab.gateway.origin, { body: { ...STREAM, model: 'gpt-4' } });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      400,
      { detail: "The 'gpt-4' model is not supported when using Codex with a ChatGPT account." },
    ]);
  });

  test.each([
    [{ previous_response_id: 'resp_1' }, 'resp_1'],
    [{ conversation: { id: 'conv_1' } }, 'conversation'],
  ])('to go on from %j is said before anything leaves', async (more, named) => {
    const { status, error } = await send(lab.gateway.origin, { body: { ...STREAM, ...more } });
    expect([status, error.code]).toEqual([400, 'previous_response_not_found']);
    expect(error.message).toContain(named);
    expect(lab.backend.upstream.requests).toEqual([]);
  });
});

describe('a tier', () => {
  test.each<[said: string | null, up: string | undefined]>([
    ['priority', 'priority'],
    [' Fast ', 'priority'],
    ['ultrafast', 'ultrafast'],
    ['flex', undefined],
    ['auto', undefined],
    ['default', undefined],
    ['scale', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j leaves as %s, since the backend takes no other', async (said, up) => {
    const answer = await send(lab.gateway.origin, {
      body: { ...STREAM, service_tier: said },
      headers: { 'x-codex-routing-hint': `model=gpt-5.5;tier=${said?.trim() ?? 'default'}` },
    });
    expect(answer.status).toBe(200);
    const { last } = lab.backend.upstream;
    expect((last.json as Record<string, unknown>)['service_tier']).toBe(up);
    expect(last.header('x-codex-routing-hint')[0]?.includes('tier=') ?? false).toBe(up !== undefined || said === '');
    expect(await rows()).toMatchObject([
      { tiers: { sent: up ?? null, billed: up ?? null }, servedTrust: 'unverifiable' },
    ]);
  });

  test('that nobody knows is for the backend to judge', async () => {
    const answer = await send(lab.gateway.origin, { body: { ...STREAM, service_tier: 'turbo' } });
    expect([answer.status, answer.text]).toEqual([400, '{"detail":"Unsupported service_tier: turbo"}']);
  });

  test('that a rule forces is not forced where it would be refused', async () => {
    await lab.gateway.client.call('policy.set', {
      policy: { rules: [{ serviceTier: 'priority', action: 'force', forceTo: 'flex', scope: 'oauth' }] },
    });
    const answer = await send(lab.gateway.origin, { body: { ...STREAM, service_tier: 'fast' } });
    await lab.gateway.client.call('policy.set', { policy: { rules: [] } });
    expect(answer.status).toBe(200);
    expect(await rows()).toMatchObject([{ tiers: { requested: 'priority', sent: null } }]);
  });
});

describe('a tool that asked for no stream', () => {
  test('gets the response as one body, and its row is as any other', async () => {
    const answer = await send(lab.gateway.origin);
    expect(answer.status).toBe(200);
    expect(answer.header('content-type')).toBe('application/json');
    expect(JSON.parse(answer.text)).toMatchObject({
      object: 'response',
      status: 'completed',
      output: [{ type: 'message', content: [{ text: 'The quick brown fox — jumps ☃.' }] }],
    });
    expect(lab.backend.upstream.last.header('accept')).toEqual(['text/event-stream']);
    expect(await rows()).toMatchObject([{ status: 200, streamed: false, partial: false, tokens: [120, 40] }]);
  });

  test.each(['incomplete'] as const)('gets an answer that is %s as it is', async (terminal) => {
    lab.backend.answer = { terminal };
    expect(JSON.parse((await send(lab.gateway.origin)).text)).toMatchObject({ status: terminal });
  });

  test('is told in an error where the backend says that it failed', async () => {
    lab.backend.answer = { terminal: 'failed' };
    const { status, error } = await send(lab.gateway.origin);
    expect([status, error.code, error.message]).toEqual([502, 'upstream_failed', 'The model failed to answer.']);
  });

  test.each([{ terminal: 'none' as const }, { cutAfter: 6 }])(
    'is told in an error where the stream ends too soon: %j',
    async (answer) => {
      lab.backend.answer = answer;
      const { status, error, broken } = await send(lab.gateway.origin);
      expect([status, error.code, broken]).toEqual([502, 'upstream_failed', false]);
      expect(await rows()).toMatchObject([{ error: 'upstream_cut' }]);
    },
  );
});

test('a Chat tool is served by translation', async () => {
  const answer = await send(lab.gateway.origin, {
    path: '/v1/chat/completions',
    body: { model: 'gpt-5.5', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5, temperature: 1 },
  });
  expect(JSON.parse(answer.text)).toMatchObject({ object: 'chat.completion' });
});

describe('a token', () => {
  let shared: LoginLab;

  beforeEach(async () => {
    shared = lab;
    lab = await startLoginLab({}, { lifeMs: 600_000 });
    seen = 0;
  });
  afterEach(async () => {
    await lab.close();
    lab = shared;
  });

  test('that has ended while the machine slept is renewed before anything is sent', async () => {
    lab.timers.sleep(600_000);
    const answers = await Promise.all([send(lab.gateway.origin), send(lab.gateway.origin), send(lab.gateway.origin)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(lab.backend.upstream.violations).toEqual([]);
    expect(lab.server.requests).toHaveLength(1);
  });

  test('that is refused is renewed once, and the turn goes up again', async () => {
    lab.backend.tokens.length = 0;
    const answers = await Promise.all([send(lab.gateway.origin, { body: STREAM }), send(lab.gateway.origin)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(lab.server.requests).toHaveLength(1);
    expect(await rows()).toMatchObject([
      {
        status: 200,
        attempts: [
          [401, 'unauthorized'],
          [200, null],
        ],
      },
      {
        status: 200,
        attempts: [
          [401, 'unauthorized'],
          [200, null],
        ],
      },
    ]);
    expect((await send(lab.gateway.origin)).status).toBe(200);
    expect(lab.server.requests).toHaveLength(1);
  });

  test('that is refused also when it is new is told as a bad login, and not renewed again at once', async () => {
    lab.backend.upstream.always({ kind: 'error', status: 401 });
    expect((await send(lab.gateway.origin)).status).toBe(502);
    expect((await send(lab.gateway.origin)).status).toBe(502);
    expect(lab.server.requests).toHaveLength(1);
    expect(lab.backend.upstream.requests).toHaveLength(3);
  });

  test('that cannot be renewed leaves the turn to another account', async () => {
    lab.server.script = { status: 401, body: {} };
    lab.backend.tokens.length = 0;
    expect((await send(lab.gateway.origin)).status).toBe(502);
    const next = await send(lab.gateway.origin);
    expect([next.status, next.error.code]).toEqual([503, 'key_unavailable']);
    expect(next.error.message).toContain('import it again');
  });
});

describe('the quotas of the plan', () => {
  const headers = {
    'x-codex-primary-used-percent': '95',
    'x-codex-primary-window-minutes': '300',
    'x-codex-primary-reset-after-seconds': '600',
    'x-codex-secondary-used-percent': '40',
    'x-codex-secondary-window-minutes': '10080',
  };
  let shared: LoginLab;

  beforeEach(async () => {
    shared = lab;
    lab = await startLoginLab({ pauseAt: { fiveHours: 90 } });
    lab.backend.answer = { headers };
  });
  afterEach(async () => {
    await lab.close();
    lab = shared;
  });

  test('are seen on each answer, and the account rests from the share that was set until the window ends', async () => {
    expect((await send(lab.gateway.origin)).status).toBe(200);
    const now = lab.timers.now();
    const [state] = lab.gateway.runtime.status().accounts;
    expect(state).toMatchObject({
      quotas: [
        { minutes: 300, usedPercent: 95, resetsAt: now + 600_000 },
        { minutes: 10080, usedPercent: 40, resetsAt: null },
      ],
      resting: 'resting: 95 % of the 5-hour quota is used',
    });
    const { status, error } = await send(lab.gateway.origin);
    expect([status, error.code]).toEqual([429, 'account_resting']);
    lab.timers.pass(600_000);
    expect((await send(lab.gateway.origin)).status).toBe(200);
    expect(lab.backend.upstream.requests).toHaveLength(2);
  });
});
