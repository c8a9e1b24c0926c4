import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spellings } from '../../src/main/secrets/key-spellings.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import type { Script } from '../fakes/provider-script.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';
import { TURN, send } from './tool.ts';

/** Upstreams that quote the key they were given, wherever one can: it reaches no tool, no file, no line and no answer. */
const KEYS = ['sk-fake-attacked-key-4f5e6d7c8b9a', 'sk-fake-second-key-0a1b2c3d4e5f'] as const;
const [KEY] = KEYS;

const SSE = { 'content-type': 'text/event-stream' };
const ECHO = { 'x-debug-key': KEY, 'x-debug-auth': `Basic ${Buffer.from(`user:${KEY}`).toString('base64')}` };

function json(error: object): string {
  return JSON.stringify({ error: { type: 'server_error', ...error } });
}

function event(body: object): string {
  return `event: error\ndata: ${JSON.stringify(body)}\n\n`;
}

function answer(status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Script {
  return { kind: 'error', status, body, headers };
}

const QUOTED = `Incorrect API key provided: ${KEY}.`;
const BEGUN = 'data: {"type":"response.created","response":{"id":"resp_1","error":null}}\n\n';
const WORD = 'data: {"type":"response.output_text.delta","delta":"half a w"}\n\n';

const ATTACKS: readonly (readonly [how: string, script: Script])[] = [
  ...[400, 401, 403, 404, 429, 500, 503].map((status): readonly [string, Script] => [
    `a ${status} that quotes it in body and header`,
    { kind: 'error', status, quotesKey: true, headers: ECHO },
  ]),
  ['a body that escapes it', answer(400, json({ message: KEY.replaceAll('k', '\\u006b') }).replaceAll('\\\\u', '\\u'))],
  ['a coded error', answer(400, gzipSync(json({ message: QUOTED })), { 'content-encoding': 'gzip' })],
  ['an error whose code it is', answer(400, json({ code: KEY, message: 'Our servers are currently overloaded.' }))],
  ['a page', answer(502, `<html>${KEY}</html>`, { 'content-type': 'text/html' })],
  ['a redirect to it', { kind: 'redirect', location: `http://127.0.0.1:1/?key=${KEY}` }],
  ['a good answer’s headers', { kind: 'answer', headers: ECHO }],
  [
    'a good body that failed',
    answer(200, JSON.stringify({ id: 'r', status: 'failed', error: { code: KEY, message: QUOTED } })),
  ],
  [
    'an event that fails at once',
    answer(200, event({ type: 'error', error: { code: 'server_error', message: QUOTED } }), SSE),
  ],
  [
    'an event whose code it is',
    answer(200, event({ type: 'error', error: { code: KEY, message: 'servers are currently overloaded' } }), SSE),
  ],
  [
    'an event after the first word',
    answer(200, BEGUN + WORD + event({ type: 'error', error: { message: QUOTED } }), SSE),
  ],
  [
    'an event in single bytes',
    {
      kind: 'answer',
      writes: 'bytes',
      events: [
        { name: null, data: '{"type":"response.created","response":{"id":"resp_1"}}' },
        { name: null, data: '{"type":"response.output_text.delta","delta":"half a w"}' },
        {
          name: 'response.failed',
          data: JSON.stringify({ type: 'response.failed', response: { error: { code: 'x', message: QUOTED } } }),
        },
      ],
    },
  ],
];

let lab: SocketLab;
/** Everything that anybody was told. */
const told: string[] = [];

beforeAll(async () => {
  const keychain = new FakeKeychain();
  keychain.entries.set('lab/1', KEY);
  lab = await startSocketLab({
    upstream: { keys: KEYS },
    settings: { dump: { enabled: true }, capture: { enabled: true } },
    account: { keys: [{ keychain: 'lab/1' }, { env: 'SECOND' }] },
    runtime: { keychain, environment: { SECOND: KEYS[1] } },
  });
  lab.gateway.runtime.onPush((push) => told.push(JSON.stringify(push)));
}, 60_000);

afterAll(() => lab.close());

function leaksIn(text: string): string[] {
  return KEYS.filter((key) => spellings(key).some((spelling) => text.includes(spelling)));
}

async function calm(): Promise<void> {
  await lab.gateway.client.call('account.reset', { id: 'lab' });
}

describe.each(ATTACKS)('%s', (_, script) => {
  test.each([false, true])('reaches no tool, streamed: %j', async (stream) => {
    await calm();
    // Once where another key could answer, and once where this was the last one.
    for (const scripts of [[script], [answer(429, '{}'), script]]) {
      await calm();
      lab.upstream.next(...scripts);
      const { text, broken, rawHeaders } = await withHeaders({ body: { ...TURN, stream } });
      expect(leaksIn(text + rawHeaders), `broken: ${String(broken)}`).toEqual([]);
      told.push(text, rawHeaders);
      await lab.upstream.idle();
      lab.upstream.reset();
    }
  });
});

async function withHeaders(call: object): Promise<{ text: string; broken: boolean; rawHeaders: string }> {
  const answer = await send(lab.origin, call);
  const { text, broken } = answer;
  return {
    text,
    broken,
    rawHeaders: ['x-debug-key', 'x-debug-auth', 'location'].map((name) => answer.header(name) ?? '').join(' '),
  };
}

describe('a session', () => {
  test('hears nothing of it where the handshake is refused', async () => {
    await calm();
    for (const refuse of [401, 500]) {
      lab.sockets.refuse = {
        kind: 'status',
        status: refuse,
        body: json({ message: QUOTED }),
        headers: `x-key: ${KEY}\r\n`,
      };
      const { body } = await lab.refused();
      expect(leaksIn(body)).toEqual([]);
      lab.sockets.refuse = null;
    }
  });

  test.each([
    ['an error', { type: 'error', status: 400, error: { code: KEY, message: QUOTED } }],
    [
      'a failed response',
      { type: 'response.failed', response: { id: 'resp_1', error: { code: 'x', message: QUOTED } } },
    ],
  ])('hears nothing of it in %s', async (_, failure) => {
    await calm();
    lab.sockets.script = () => [{ type: 'response.created', response: { id: 'resp_1' } }, failure, { type: 'marker' }];
    const tool = await lab.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    await tool.event('marker');
    expect(tool.events.map(({ type }) => type)).toEqual(['response.created', failure.type, 'marker']);
    expect(leaksIn(JSON.stringify(tool.messages))).toEqual([]);
    tool.webSocket.terminate();
    await tool.closed;
  });
});

describe('a session that is ended with a reason', () => {
  test.each([
    ['that quotes a key', false, QUOTED],
    ['that quotes a key, where messages are compressed', true, QUOTED],
    ['that ends within a key', false, QUOTED.slice(0, -8)],
  ])('%s hears the rest of it', async (_, compress, reason) => {
    await calm();
    lab.sockets.script = () => [{ type: 'marker' }];
    const tool = await lab.open({ compress });
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
    await tool.event('marker');
    lab.sockets.last.webSocket.close(4001, reason);
    const closed = await tool.closed;
    expect(closed).toMatchObject({
      code: 4001,
      reason: expect.stringMatching(/^Incorrect API key provided:/) as string,
    });
    expect(closed.reason).not.toContain(KEY.slice(0, 12));
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

test(
  'afterwards no answer of the control calls, no log line, no export and no file holds one',
  { timeout: 60_000 },
  async () => {
    const { client, home, runtime } = lab.gateway;
    const [turn] = (await lab.newRows()).toReversed();
    const answers = [
      await client.call('status.get'),
      await client.call('turns.page', { limit: 1000 }),
      await client.call('turns.facets', {}),
      await client.call('account.list'),
      await client.call('account.test', { id: 'lab' }),
      await client.call('settings.get'),
      await client.call('log.page', { level: 'debug' }),
      await client.call('doctor.run', { online: true }),
      await client.call('dump.get', { turn: turn?.id ?? '' }),
      await client.call('capture.get', { turn: turn?.id ?? '' }),
      await client.call('export.piece', { format: 'csv' }),
      await client.call('export.piece', { format: 'jsonl' }),
      await client.call('backup.make', {}),
    ];
    expect(leaksIn(JSON.stringify(answers))).toEqual([]);
    expect(leaksIn(told.join('\n'))).toEqual([]);
    await runtime.stop();
    const files = filesIn(home);
    expect(files.filter((path) => path.includes('dumps')).length).toBeGreaterThan(20);
    expect(files.filter((path) => leaksIn(readFileSync(path, 'latin1')).length > 0)).toEqual([]);
  },
);
