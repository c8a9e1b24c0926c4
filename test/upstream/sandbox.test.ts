import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnswerFacts, Dialect } from '../../src/main/dialects/dialect.ts';
import { chat } from '../../src/main/dialects/chat.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { Sandbox } from '../../src/main/upstream/sandbox.ts';

const sandbox = new Sandbox();

beforeAll(() => sandbox.start());
afterAll(() => sandbox.stop());

async function ask(path: string, body: object): Promise<string> {
  const answer = await fetch(`${sandbox.url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.text();
}

function factsIn(dialect: Dialect, streamed: boolean, text: string): AnswerFacts & { complete: boolean } {
  const reader = dialect.answerReader(streamed);
  reader.push(Buffer.from(text));
  reader.end();
  return { ...reader.facts, complete: reader.complete };
}

const PATHS: readonly (readonly [path: string, dialect: Dialect])[] = [
  ['/responses', responses],
  ['/chat/completions', chat],
];

describe.each(PATHS)('the sandbox at %s', (path, dialect) => {
  describe.each([false, true])('streamed: %s', (stream) => {
    const request = (more: object = {}): object => ({
      model: 'gpt-5.5',
      stream,
      stream_options: { include_usage: true },
      ...more,
    });

    test('answers the same request with the same bytes', async () => {
      const [first, second] = [await ask(path, request()), await ask(path, request())];
      expect(second).toBe(first);
      expect(await ask(path, request({ x: 1 }))).not.toBe(first);
    });

    test.each<[tier: unknown, served: string]>([
      ['priority', 'priority'],
      ['flex', 'flex'],
      ['default', 'default'],
      ['auto', 'default'],
      [undefined, 'default'],
      [5, 'default'],
    ])('serves the tier %j as %s, in full', async (service_tier, served) => {
      const facts = factsIn(dialect, stream, await ask(path, request({ service_tier })));
      expect(facts).toMatchObject({ complete: true, model: 'gpt-5.5', tier: served, error: null });
      expect(facts.responseId).toMatch(/^(resp_|chatcmpl-)[0-9a-f]{32}$/);
      expect(facts.usage.input).toBeGreaterThan(0);
      expect(facts.usage.output).toBeGreaterThan(0);
    });

    test('says that nothing left the machine', async () => {
      expect((await ask(path, request())).replaceAll(/"[^"]*"delta":|[^a-z ]/g, '')).toContain('sandbox');
    });
  });
});

test('a Chat stream tells its usage only when it is asked to', async () => {
  const text = await ask('/chat/completions', { model: 'm', stream: true });
  expect(factsIn(chat, true, text)).toMatchObject({ complete: true, tier: null, usage: { input: null, output: null } });
});

test('it listens on this machine alone', () => {
  expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
});

test.each(['{', 'null', '', '<html>'])(
  'attack: %j from some other program gets no answer and does no harm',
  async (body) => {
    await expect(fetch(`${sandbox.url}/responses`, { method: 'POST', body })).rejects.toThrow();
    expect(await ask('/responses', { model: 'm' })).toContain('sandbox');
  },
);

test.each(['/embeddings', '/images/generations', '/audio/speech', '/files'])(
  'what it cannot answer it says so of: %s',
  async (path) => {
    const answer = await fetch(`${sandbox.url}${path}`, { method: 'POST', body: '{"model":"m","input":"x"}' });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'unknown_url' } });
  },
);
