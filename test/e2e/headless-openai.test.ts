import { rmSync } from 'node:fs';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BUILT, type Serving, Tiergate } from '../cli/tiergate.ts';
import { LOCAL_KEY, accountAt, makeHome, writeSettings } from '../fakes/gateway.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';

/** The built gateway as its own process, between the official client and a provider. */
let upstream: Upstream;
let tiergate: Tiergate;
let serving: Serving;
let openai: OpenAI;

beforeAll(async () => {
  upstream = await startUpstream();
  const home = makeHome();
  writeSettings(home, { accounts: [accountAt(upstream.baseUrl)] });
  tiergate = new Tiergate(BUILT, home, { LAB_KEY: FAKE_KEY });
  await start();
});
beforeEach(() => {
  upstream.reset();
});
afterAll(async () => {
  await serving.stop('SIGKILL');
  await upstream.close();
  rmSync(tiergate.home, { recursive: true, force: true });
});

async function start(): Promise<void> {
  serving = await tiergate.serve();
  openai = new OpenAI({ baseURL: serving.baseUrl, apiKey: LOCAL_KEY, maxRetries: 0 });
}

const MODEL = 'gpt-5.5';
const TEXT = 'The quick brown fox — jumps ☃.';

/** Four ways to ask for the same text; each answers the text and the response's id. */
const ASK: Readonly<Record<string, () => Promise<{ text: string; id: string }>>> = {
  responses: async () => {
    const response = await openai.responses.create({ model: MODEL, input: 'hi', service_tier: FAST });
    return { text: response.output_text, id: response.id };
  },
  'responses, streamed': async () => {
    let text = '';
    let id = '';
    const stream = await openai.responses.create({ model: MODEL, input: 'hi', service_tier: FAST, stream: true });
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') ({ id } = event.response);
    }
    return { text, id };
  },
  chat: async () => {
    const messages = [{ role: 'user' as const, content: 'hi' }];
    const completion = await openai.chat.completions.create({ model: MODEL, messages, service_tier: FAST });
    return { text: completion.choices[0]?.message.content ?? '', id: completion.id };
  },
  'chat, streamed': async () => {
    const messages = [{ role: 'user' as const, content: 'hi' }];
    const options = { include_usage: true };
    let text = '';
    let id = '';
    const stream = await openai.chat.completions.create({
      model: MODEL,
      messages,
      service_tier: FAST,
      stream: true,
      stream_options: options,
    });
    for await (const part of stream) {
      ({ id } = part);
      text += part.choices[0]?.delta.content ?? '';
    }
    return { text, id };
  },
};

/** The client knows `priority`; Codex and others say `fast`. */
const FAST = 'fast' as 'priority';

describe('with the official client', () => {
  test.each(Object.keys(ASK))('%s: the text arrives, the key is the provider’s, and Fast stayed here', async (way) => {
    const { text, id } = (await ASK[way]?.()) ?? { text: '', id: '' };
    expect(text).toBe(TEXT);
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.last.key).toBe(FAKE_KEY);
    expect(upstream.violations).toEqual([]);
    expect(await upstream.leaks(['fast', 'priority', 'ultrafast'])).toEqual([]);
    expect((await tiergate.turns()).at(-1)).toMatchObject({
      responseId: id,
      tool: 'lab',
      account: 'lab',
      models: { requested: MODEL, upstream: MODEL, served: MODEL },
      tiers: { requested: 'priority', sent: null, served: 'default', billed: 'default' },
      verdict: 'filter',
      rule: 'no-fast',
      tokens: { input: 120, cached: 20, output: 40, reasoning: 8 },
      status: 200,
      error: null,
      partial: false,
    });
  });

  test('a refusal is an error of the client’s own kind, with its words', async () => {
    upstream.next({ kind: 'error', status: 429, headers: { 'retry-after': '1' } });
    await expect(ASK['responses']?.()).rejects.toThrow(OpenAI.RateLimitError);
    const stranger = new OpenAI({ baseURL: serving.baseUrl, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.responses.create({ model: MODEL, input: 'hi' })).rejects.toThrow(/401.*local key/);
  });

  test('a stream that the provider cuts ends in an error and not in silence', async () => {
    upstream.next({ kind: 'answer', cutAfter: 6 });
    await expect(ASK['responses, streamed']?.()).rejects.toThrow('terminated');
  });

  test('a stream that the tool gives up is given up upstream', async () => {
    const never = Promise.withResolvers<undefined>();
    upstream.next({ kind: 'answer', pause: (event) => (event === 6 ? never.promise : undefined) });
    const stream = await openai.responses.create({ model: MODEL, input: 'hi', stream: true });
    for await (const event of stream) if (event.type === 'response.output_text.delta') break;
    await upstream.left(1);
    never.resolve(undefined);
    await expect.poll(async () => (await tiergate.turns()).at(-1)).toMatchObject({ error: 'tool_left', partial: true });
  });
});

describe('after kill -9', () => {
  test('every turn whose end the client saw is in the ledger, exactly once, with the same facts', async () => {
    const seen: string[] = [];
    for (const way of Object.keys(ASK)) seen.push((await ASK[way]?.())?.id ?? '');
    const before = await tiergate.turns();
    await serving.stop('SIGKILL');
    // Without a gateway the folder answers by itself.
    expect(await tiergate.turns()).toEqual(before);
    await start();
    const after = await tiergate.turns();
    expect(after).toEqual(before);
    for (const id of seen) expect(after.filter(({ responseId }) => responseId === id)).toHaveLength(1);
    expect((await ASK['responses']?.())?.text).toBe(TEXT);
  });

  test('in the middle of many streams, again and again, no end that was seen is lost', async () => {
    const seen: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      let going = true;
      const clients = Array.from({ length: 8 }, async (_, number) => {
        const ways = Object.values(ASK);
        for (let turn = number; going; turn += 1) {
          // What the kill interrupts is no end that was seen.
          const answer = await ways[turn % ways.length]?.().catch(() => null);
          if (answer === null || answer === undefined) return;
          if (answer.text === TEXT) seen.push(answer.id);
        }
      });
      const enough = seen.length + 20;
      await expect.poll(() => seen.length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(enough);
      await serving.stop('SIGKILL');
      going = false;
      await Promise.all(clients);
      await start();
    }
    const ids = (await tiergate.turns()).map(({ responseId }) => responseId);
    expect(seen.length).toBeGreaterThan(80);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => !ids.includes(id))).toEqual([]);
    expect(await upstream.leaks(['fast', 'priority'])).toEqual([]);
  });
});
