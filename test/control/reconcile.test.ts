import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readReport } from '../../src/main/control/provider-report.ts';
import { Ledger } from '../../src/main/ledger/ledger.ts';
import { Connector } from '../../src/main/upstream/connector.ts';
import { Dispatch } from '../../src/main/upstream/dispatch.ts';
import { fetchBooks } from '../../src/main/upstream/organization.ts';
import { FakeKeychain } from '../fakes/keychain.ts';
import { type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { startHttpProxy } from '../fakes/proxies.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

const DAY = Date.UTC(2026, 10, 20);
const DAY_MS = 86_400_000;
const KEY = 'sk-admin-0123456789';

const usage = {
  model: 'gpt-5.5-2026-04-23',
  service_tier: 'default',
  num_model_requests: 2,
  input_tokens: 200,
  output_tokens: 20,
};
const cost = {
  object: 'organization.costs.result',
  amount: { value: 0.06, currency: 'usd' },
  line_item: 'gpt-5.5, input_tokens',
};
const bucket = (day: number, ...results: object[]): object => ({
  object: 'bucket',
  start_time: day / 1000,
  end_time: (day + DAY_MS) / 1000,
  results,
});

/** A provider's books on a port of their own. */
let server: Server;
let asked: URL[];
let keys: (string | undefined)[];
let answer: (url: URL, response: ServerResponse) => void;

const page = (data: object[], next: string | null = null): string =>
  JSON.stringify({ object: 'page', data, has_more: next !== null, next_page: next });
const baseUrl = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://provider');
    asked.push(url);
    keys.push(request.headers.authorization);
    answer(url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await dispatch.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  keys = [];
  answer = (url, response) =>
    response.end(url.pathname.endsWith('/costs') ? page([bucket(DAY, cost)]) : page([bucket(DAY, usage)]));
});

const dispatch = new Dispatch(new Connector(() => []));
const books = () => fetchBooks({ baseUrl: baseUrl(), dispatch, key: KEY, from: DAY, until: DAY + DAY_MS });

describe('an organisation’s books', () => {
  test('are asked for by day, model and tier, with the admin key', async () => {
    expect(await books()).toEqual([bucket(DAY, usage), bucket(DAY, cost)]);
    expect(asked.map(({ pathname }) => pathname)).toEqual([
      '/v1/organization/usage/completions',
      '/v1/organization/costs',
    ]);
    const [first, second] = asked.map(({ searchParams }) => searchParams);
    expect(first?.getAll('group_by[]')).toEqual(['model', 'service_tier', 'batch']);
    expect(second?.getAll('group_by[]')).toEqual(['line_item']);
    expect([first?.get('start_time'), first?.get('end_time'), first?.get('bucket_width')]).toEqual([
      String(DAY / 1000),
      String((DAY + DAY_MS) / 1000),
      '1d',
    ]);
    expect(new Set(keys)).toEqual(new Set([`Bearer ${KEY}`]));
  });

  test('are read page after page', async () => {
    answer = (url, response) => {
      const at = Number(url.searchParams.get('page') ?? '0');
      const data = [bucket(DAY + at * DAY_MS, url.pathname.endsWith('/costs') ? cost : usage)];
      response.end(page(data, at < 2 ? String(at + 1) : null));
    };
    expect(await books()).toHaveLength(6);
    expect(asked.map(({ searchParams }) => searchParams.get('page'))).toEqual([null, '1', '2', null, '1', '2']);
  });

  test.each<[string, (response: ServerResponse) => void, string, RegExp]>([
    ['the key is not allowed to', (r) => r.writeHead(403).end('{}'), 'report_refused', /status 403/],
    ['the key is wrong', (r) => r.writeHead(401).end(`{"error":"${KEY}"}`), 'report_refused', /status 401/],
    ['too much was asked', (r) => r.writeHead(429).end('{}'), 'report_refused', /status 429/],
    [
      'it redirects',
      (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'report_refused',
      /status 302/,
    ],
    ['it breaks off', (r) => r.destroy(), 'report_refused', /could not be asked/],
    ['it is a web page', (r) => r.end('<html>'), 'report_unreadable', /not JSON/],
    ['it has another shape', (r) => r.end('{"items":[]}'), 'report_unreadable', /no data/],
    ['its pages go round', (r) => r.end(page([], 'again')), 'report_unreadable', /do not end/],
  ])('cannot be read where %s', async (_name, reply, code, message) => {
    answer = (_, response) => {
      reply(response);
    };
    const error: unknown = await books().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(String(error)).not.toContain(KEY);
  });
});

describe('a file that the provider exported', () => {
  const line = {
    day: DAY,
    model: 'gpt-5.5-2026-04-23',
    tier: 'default',
    requests: 2,
    input: 200,
    output: 20,
    cost: null,
  };
  const costs = {
    day: DAY,
    model: 'gpt-5.5',
    tier: null,
    requests: null,
    input: null,
    output: null,
    cost: 60_000_000_000n,
  };

  test.each<[string, string]>([
    ['one page', page([bucket(DAY, usage), bucket(DAY, cost)])],
    ['a list of pages', `[${page([bucket(DAY, usage)])},${page([bucket(DAY, cost)])}]`],
    ['both under their names', `\uFEFF{"usage":${page([bucket(DAY, usage)])},"costs":${page([bucket(DAY, cost)])}}`],
  ])('as JSON: %s', (_name, text) => {
    expect(readReport(text)).toEqual([line, costs]);
  });

  test('as CSV, of usage and of costs', () => {
    const seconds = DAY / 1000;
    const head =
      'start_time,end_time,start_time_iso,num_model_requests,input_tokens,output_tokens,model,service_tier,batch';
    expect(
      readReport(`${head}\r\n${seconds},,2026-11-20T00:00:00Z,2,200,20,gpt-5.5-2026-04-23,default,False\r\n`),
    ).toEqual([line]);
    expect(
      readReport(
        'start_time_iso,amount_value,amount_currency,line_item\n2026-11-20T00:00:00+00:00,0.06,usd,"gpt-5.5, input_tokens"\n',
      ),
    ).toEqual([costs]);
  });

  test.each<[string, object, string | null]>([
    ['Fast by its new name', { service_tier: 'fast' }, 'priority'],
    ['the Batch API', { service_tier: null, batch: true }, 'batch'],
    ['none', { service_tier: null }, null],
  ])('names the tier: %s', (_name, more, tier) => {
    expect(readReport(page([bucket(DAY, { ...usage, ...more })]))[0]?.tier).toBe(tier);
  });

  test.each<[string, string, RegExp]>([
    ['nothing in it', page([]), /no usage/],
    ['broken JSON', '{"data":', /JSON/],
    ['a count that is none', page([bucket(DAY, { ...usage, input_tokens: 'many' })]), /input_tokens/],
    ['another currency', page([bucket(DAY, { ...cost, amount: { value: 1, currency: 'eur' } })]), /eur/],
    ['rows without a time', 'model,num_model_requests\ngpt-5.5,1\n', /start_time/],
    ['rows of another length', 'start_time,model\n1790000000\n', /Columns|columns/],
  ])('with %s is refused', (_name, text, message) => {
    expect(() => readReport(text)).toThrow(message);
  });
});

describe('beside the ledger', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    const keychain = new FakeKeychain();
    keychain.entries.set('openai/admin', KEY);
    gateway = await startGateway({ accounts: [accountAt(baseUrl())] }, { keychain }, (home) => {
      const { ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, Date.now);
      const turn = (seq: number, startedAt: number, more: object = {}): void => {
        ledger.record(
          sampleTurn(seq, {
            account: 'lab',
            startedAt,
            sentAt: startedAt,
            endedAt: startedAt + 2000,
            tokens: { input: 100, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 10 },
            cost: {
              input: null,
              cached: null,
              cacheWrite: null,
              cacheWriteHour: null,
              output: null,
              total: 30_000_000_000,
            },
            costBasis: 'money',
            ...more,
          }),
        );
      };
      turn(1, DAY + 1000);
      turn(2, DAY + 2000);
      turn(3, DAY + 3000, { account: 'other' });
      turn(4, DAY + 4000, { status: 429, error: 'upstream_429' });
      turn(5, DAY + 5000, { sentAt: null, status: 403, error: 'policy_violation' });
      ledger.close();
    });
  });
  afterEach(() => gateway.close());

  test(
    'what was fetched agrees, turns of other accounts and refused ones not counted',
    { timeout: 30_000 },
    async () => {
      const range = { from: DAY + 5, until: DAY + DAY_MS };
      const report = await gateway.client.call('reconcile.fetch', { account: 'lab', key: 'openai/admin', ...range });
      expect(report).toMatchObject({ from: DAY, until: DAY + DAY_MS });
      expect(report.lines).toMatchObject([
        { tier: null, provider: { cost: '60000000000' }, ledger: { cost: '60000000000' }, reason: 'agrees' },
        { tier: 'default', provider: { requests: 2 }, ledger: { requests: 2, input: 200 }, reason: 'agrees' },
      ]);
      expect(JSON.stringify(report)).not.toContain(KEY);
    },
  );

  test('it is fetched by the account’s proxy', { timeout: 30_000 }, async () => {
    const proxy = await startHttpProxy();
    await gateway.client.call('account.set', { id: 'lab', account: accountAt(baseUrl(), { proxy: proxy.url }) });
    const range = { from: DAY, until: DAY + DAY_MS };
    await gateway.client.call('reconcile.fetch', { account: 'lab', key: 'openai/admin', ...range });
    await proxy.close();
    expect(asked).toHaveLength(2);
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(baseUrl()).host]));
  });

  test('what was imported is explained', { timeout: 30_000 }, async () => {
    const text = page([bucket(DAY, { ...usage, num_model_requests: 5 })]);
    const { lines } = await gateway.client.call('reconcile.import', { account: 'lab', text });
    expect(lines).toMatchObject([{ reason: 'outside' }]);
  });

  test('a key that is not there and an account that is none are said', async () => {
    const fetch = (account: string, key: string) =>
      gateway.client.call('reconcile.fetch', { account, key, from: DAY, until: DAY + DAY_MS });
    await expect(fetch('lab', 'openai/none')).rejects.toMatchObject({
      code: 'report_refused',
      message: expect.stringMatching(/no entry openai\/none/) as string,
    });
    await expect(fetch('none', 'openai/admin')).rejects.toMatchObject({
      code: 'report_refused',
      message: expect.stringMatching(/no account none/) as string,
    });
    expect(asked).toEqual([]);
  });
});
