import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountTest } from '../../src/shared/calls/account.ts';
import { type TestGateway, startGateway } from '../fakes/gateway.ts';
import { FakeTimers } from '../fakes/timers.ts';

const KEY = 'sk-probe-0123456789';
const SECOND = 'sk-probe-9876543210';

let server: Server;
let gateway: TestGateway | null;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage[];

beforeEach(async () => {
  asked = [];
  gateway = null;
  server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await gateway?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function reply(status: number, body = '{}', headers: Record<string, string> = {}): typeof answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

async function testAccount(
  more: Record<string, unknown> = {},
  options: Parameters<typeof startGateway>[1] = {},
): Promise<Pick<AccountTest, 'ok' | 'status' | 'message'>> {
  const { ok, status, message } = await probe(more, options);
  return { ok, status, message };
}

async function probe(
  more: Record<string, unknown> = {},
  options: Parameters<typeof startGateway>[1] = {},
): Promise<AccountTest> {
  const { port } = server.address() as AddressInfo;
  const account = {
    id: 'lab',
    provider: 'openai',
    kind: 'apikey',
    baseUrl: `http://127.0.0.1:${port}/v1`,
    keys: [{ env: 'KEY' }],
    ...more,
  };
  gateway = await startGateway({ accounts: [account] }, { environment: { KEY, SECOND }, ...options });
  return gateway.client.call('account.test', { id: 'lab' });
}

test('a key that works is proved by the list of models, which costs nothing', async () => {
  answer = reply(200, '{"data":[]}');
  expect(await testAccount()).toEqual({ ok: true, status: 200, message: 'The key works.' });
  const [request] = asked;
  expect([request?.method, request?.url]).toEqual(['GET', '/v1/models']);
  expect(request?.headers).toMatchObject({ authorization: `Bearer ${KEY}` });
  expect(request?.headers['content-length']).toBeUndefined();
  expect(await gateway?.turns()).toEqual([]);
});

test('every key is proved', async () => {
  answer = reply(200);
  const tested = await testAccount({ keys: [{ env: 'KEY' }, { env: 'SECOND' }] });
  expect(tested.message).toBe('All 2 keys work.');
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${SECOND}`]);
});

test('the models that the upstream lists are told, without keys and odd entries', async () => {
  const models = [{ id: 'gpt-5.5' }, { id: 'gpt-5.4' }, { id: 'gpt-5.5' }, { id: 7 }, null, { id: KEY }];
  answer = reply(200, JSON.stringify({ data: models }));
  expect((await probe()).models).toEqual(['gpt-5.4', 'gpt-5.5', '[key removed]']);
});

test.each(['', '[]', '{"data":{}}', `{"data":["${'x'.repeat(1024 * 1024)}"]}`])(
  'a list that cannot be read is no failure',
  async (body) => {
    answer = reply(200, body);
    expect(await probe()).toMatchObject({ ok: true, outcome: 'works', status: 200, models: [] });
  },
);

test.each<[status: number, outcome: AccountTest['outcome']]>([
  [401, 'key_refused'],
  [302, 'redirected'],
  [404, 'no_list'],
  [429, 'limited'],
  [500, 'failed'],
])('a status of %i is told as %s', async (status, outcome) => {
  answer = reply(status, '', status === 302 ? { location: 'http://127.0.0.1:1/' } : {});
  expect(await probe()).toMatchObject({ ok: false, outcome, models: [] });
});

test('Anthropic is asked in its own way', async () => {
  answer = reply(200);
  await testAccount({ provider: 'anthropic', headers: { 'x-team': 'lab' } });
  expect(asked[0]?.headers).toMatchObject({ 'x-api-key': KEY, 'anthropic-version': '2023-06-01', 'x-team': 'lab' });
  expect(asked[0]?.headers.authorization).toBeUndefined();
});

describe('a test that fails says which key and why', () => {
  test.each<[status: number, body: string, message: string]>([
    [
      401,
      JSON.stringify({ error: { message: `Incorrect API key: ${KEY}.` } }),
      'The key …6789 was refused (401): Incorrect API key: [key removed].',
    ],
    [403, 'no', 'The key …6789 was refused (403)'],
    [429, '{"error":{"message":"slow down"}}', 'It answered with 429: slow down'],
    [500, '', 'It answered with 500'],
    [302, '', 'It answered with a redirect (302), which is never followed. Correct the base URL.'],
    [
      404,
      '',
      'It answers, but with 404: it has no list of models by which a key could be proved, or the base URL is wrong.',
    ],
  ])('%i %s', async (status, body, message) => {
    answer = reply(status, body, status === 302 ? { location: 'http://127.0.0.1:1/' } : {});
    expect(await testAccount()).toEqual({ ok: false, status, message });
  });

  test('a key that is missing', async () => {
    answer = reply(200);
    const tested = await testAccount({ keys: [{ env: 'ABSENT' }, { env: 'KEY' }] });
    expect(tested).toEqual({
      ok: false,
      status: null,
      message: 'A key is missing: the environment variable ABSENT is not set.',
    });
    expect(asked).toEqual([]);
  });

  test('an upstream that is away', async () => {
    answer = (request) => request.socket.destroy();
    expect(await testAccount()).toMatchObject({
      ok: false,
      status: null,
      message: expect.stringMatching(/^It could not be reached: /) as string,
    });
  });

  test('an upstream that says nothing', async () => {
    const timers = new FakeTimers();
    answer = () => {
      timers.pass(20_000);
    };
    expect(await testAccount({}, { now: timers.now, after: timers.after })).toEqual({
      ok: false,
      status: null,
      message: 'It could not be reached: no answer came in time.',
    });
  });
});

test('an account that takes no key only has to answer', async () => {
  answer = reply(200);
  expect(await testAccount({ provider: 'compatible', keys: [] })).toEqual({
    ok: true,
    status: 200,
    message: 'It answers.',
  });
  expect(asked[0]?.headers.authorization).toBeUndefined();
});
