import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { LOCAL_KEY, makeHome, writeSettings } from '../fakes/gateway.ts';
import { TURN, send } from '../gateway/tool.ts';
import { BUILT, type Serving, Tiergate } from './tiergate.ts';

// Every command is a process of its own, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Each command does the same whether a gateway runs on the folder or not; only a running one is asked over its port. */
const POLICY = JSON.stringify({ rules: [{ serviceTier: 'fast', action: 'block' }] });

describe.each([
  ['while no gateway runs', false],
  ['through the running gateway', true],
])('%s', (_, running) => {
  let tiergate: Tiergate;
  let serving: Serving | null = null;

  beforeAll(async () => {
    tiergate = new Tiergate(BUILT, makeHome());
    writeSettings(tiergate.home, {});
    if (running) serving = await tiergate.serve();
  });
  afterAll(async () => {
    await serving?.stop('SIGKILL');
    rmSync(tiergate.home, { recursive: true, force: true });
  });

  test('tool add shows a new key once; list names it; revoke takes it away', async () => {
    const added = await tiergate.run(['tool', 'add', 'codex']);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toMatch(/^tg-[\w-]{32}\n$/);
    expect((await tiergate.run(['tool', 'list'])).out).toBe('lab\ncodex\n');
    expect(readFileSync(join(tiergate.home, 'settings.json'), 'utf8')).not.toContain(added.out.trim());
    if (serving !== null) {
      const headers = { authorization: `Bearer ${added.out.trim()}` };
      expect((await send(serving.origin, { headers })).status).toBe(200);
    }
    const twin = await tiergate.run(['tool', 'add', 'codex']);
    expect(twin.code).toBe(1);
    expect(twin.err).toContain('codex');
    expect(await tiergate.run(['tool', 'revoke', 'codex'])).toMatchObject({ code: 0, err: '' });
    expect((await tiergate.run(['tool', 'list'])).out).toBe('lab\n');
    expect((await tiergate.run(['tool', 'revoke', 'codex'])).code).toBe(1);
  });

  test('tool add refuses a name that could be mistaken in a list', async () => {
    for (const name of ['', ' x', 'a\nb']) {
      const refused = await tiergate.run(['tool', 'add', name]);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain('begin with a letter or digit');
    }
  });

  test('account add, list and remove: an account is named with where its key is kept', async () => {
    const added = await tiergate.run(['account', 'add', 'work', '--env', 'WORK_KEY']);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).toContain('added work  openai  https://api.openai.com/v1  env WORK_KEY');
    const local = ['account', 'add', 'local', '--provider', 'compatible', '--base-url', 'http://127.0.0.1:9/v1'];
    expect((await tiergate.run([...local, '--no-key'])).code).toBe(0);

    const problem = serving === null ? '' : ' (the environment variable WORK_KEY is not set)';
    expect((await tiergate.run(['account', 'list'])).out).toBe(
      `work  openai  https://api.openai.com/v1  env WORK_KEY${problem}\nlocal  compatible  http://127.0.0.1:9/v1  no key\n`,
    );
    const listed = JSON.parse((await tiergate.run(['account', 'list', '--json'])).out) as { state: unknown }[];
    expect(listed).toMatchObject([
      { id: 'work', keys: [{ env: 'WORK_KEY' }], standardTier: 'default' },
      { id: 'local', keys: [], standardTier: 'omit' },
    ]);
    expect(listed.map(({ state }) => state !== null)).toEqual([serving !== null, serving !== null]);

    const twin = await tiergate.run(['account', 'add', 'work', '--env', 'WORK_KEY']);
    expect(twin).toMatchObject({ code: 1, out: '' });
    expect(twin.err).toContain('There is an account of that name already: work');
    for (const id of ['work', 'local']) expect((await tiergate.run(['account', 'remove', id])).code).toBe(0);
    expect((await tiergate.run(['account', 'list'])).out).toBe('');
  });

  test('account test proves a key through the running gateway only', async () => {
    await tiergate.run(['account', 'add', 'work', '--env', 'WORK_KEY']);
    const tested = await tiergate.run(['account', 'test', 'work']);
    if (serving === null) expect(tested).toMatchObject({ code: 3, out: '' });
    else
      expect(tested).toMatchObject({
        code: 1,
        out: 'A key is missing: the environment variable WORK_KEY is not set.\n',
      });
    await tiergate.run(['account', 'remove', 'work']);
  });

  test('policy show, check and set: what was set is in force and shown again', async () => {
    const shown = await tiergate.run(['policy', 'show']);
    expect(JSON.parse(shown.out)).toEqual(DEFAULT_POLICY);
    expect(await tiergate.run(['policy', 'check', '-'], POLICY)).toMatchObject({
      code: 0,
      out: 'the policy is valid\n',
    });
    expect(JSON.parse((await tiergate.run(['policy', 'show'])).out)).toEqual(DEFAULT_POLICY);

    expect(await tiergate.run(['policy', 'set', '-'], POLICY)).toMatchObject({ code: 0, out: 'in force: 1 rules\n' });
    expect(JSON.parse((await tiergate.run(['policy', 'show'])).out)).toMatchObject({
      rules: [{ id: 'rule-1', serviceTier: 'priority', action: 'block' }],
    });
    if (serving !== null)
      expect((await send(serving.origin, { body: { ...TURN, service_tier: 'fast' } })).status).toBe(403);

    const file = join(tiergate.home, 'policy.json');
    writeFileSync(file, shown.out);
    expect((await tiergate.run(['policy', 'set', file])).code).toBe(0);
  });

  test('policy set and check name what is wrong, and change nothing', async () => {
    const before = (await tiergate.run(['policy', 'show'])).out;
    const wrong: [string, RegExp][] = [
      [
        '{"rules":[{"serviceTier":"fast","action":"block","actoin":1}]}',
        /rules\[0\]\.actoin: there is no such setting/,
      ],
      ['{"rules":[{"serviceTier":"fast","action":"force"}]}', /rules\[0\]\.forceTo.*needs forceTo/],
      ['{}', /rules/],
    ];
    for (const [document, what] of wrong) {
      for (const command of ['check', 'set']) {
        const refused = await tiergate.run(['policy', command, '-'], document);
        expect(refused).toMatchObject({ code: 1, out: '' });
        expect(refused.err).toMatch(what);
      }
    }
    expect((await tiergate.run(['policy', 'show'])).out).toBe(before);
  });

  test('a policy that is no JSON is refused with the place', async () => {
    const refused = await tiergate.run(['policy', 'set', '-'], '{"rules":');
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/policy cannot be used: -: .*JSON/);
  });

  test('a policy file that is not there is named', async () => {
    const refused = await tiergate.run(['policy', 'set', '/nowhere/policy.json']);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/file cannot be read: .*\/nowhere\/policy\.json/);
    expect(refused.err).toContain('Check its name');
  });
});

describe('turns', () => {
  let tiergate: Tiergate;
  beforeEach(() => {
    tiergate = new Tiergate(BUILT, makeHome());
    writeSettings(tiergate.home, {});
  });
  afterEach(() => {
    rmSync(tiergate.home, { recursive: true, force: true });
  });

  test('of a folder that has none are none, and no ledger is made', async () => {
    expect(await tiergate.run(['turns', '--jsonl'])).toEqual({ code: 0, out: '', err: '' });
    expect(existsSync(join(tiergate.home, 'ledger.sqlite'))).toBe(false);
  });

  test('are the same from the running gateway and from its folder, oldest first, a line each', async () => {
    const serving = await tiergate.serve();
    for (const model of ['one', 'two', 'three'])
      await send(serving.origin, { body: { ...TURN, model, service_tier: 'fast' } });
    const asked = await tiergate.run(['turns', '--jsonl']);
    const lines = asked.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ models }) => models)).toMatchObject(
      ['one', 'two', 'three'].map((requested) => ({ requested })),
    );
    expect(lines[0]).toMatchObject({
      id: expect.any(String) as unknown,
      responseId: expect.stringMatching(/^resp_/) as unknown,
      tiers: { requested: 'priority', sent: null, served: 'default', billed: 'default' },
      verdict: 'filter',
      status: 200,
    });
    const people = await tiergate.run(['turns']);
    expect(people.out).toMatch(/^\S+Z {2}lab {2}one {2}priority → none → default \(filter by no-fast\) {2}200\n/);
    expect(await serving.stop()).toBe(0);
    expect(await tiergate.run(['turns', '--jsonl'])).toEqual(asked);
    expect(await tiergate.run(['turns'])).toEqual(people);
  });

  test('are found after a gateway that was killed, though its word is still there', async () => {
    const serving = await tiergate.serve();
    await send(serving.origin, {});
    await serving.stop('SIGKILL');
    expect(existsSync(join(tiergate.home, 'control.json'))).toBe(true);
    expect(await tiergate.turns()).toHaveLength(1);
  });
});

describe('what cannot be understood ends with 2, and says how it is used', () => {
  const tiergate = new Tiergate(BUILT, makeHome());
  afterAll(() => {
    rmSync(tiergate.home, { recursive: true, force: true });
  });

  test.each([
    [['serve', '--prot', '1'], "unknown option '--prot'"],
    [['serve', '--port', 'many'], 'a port is a number from 0 to 65535'],
    [['serve', '--port', '70000'], 'a port is a number from 0 to 65535'],
    [['turns', '--yaml'], "unknown option '--yaml'"],
    [['tool', 'add'], "missing required argument 'name'"],
    [['tool', 'add', '/codex'], 'begin with a letter or digit'],
    [['key', 'set', 'openai/1'], 'no key came on standard input'],
    [['account', 'add', 'own', '--provider', 'compatible', '--no-key'], 'name the address of a compatible account'],
    [['account', 'add', 'openai'], 'no key came on standard input'],
    [['tool', 'add', 'a', 'b'], 'too many arguments'],
    [['policy', 'set'], "missing required argument 'file'"],
    [['reconcile'], 'name a file, or give --key to fetch'],
    [['reconcile', '--key', 'openai/admin'], 'give --account, --key and --from'],
    [['nothing'], "unknown command 'nothing'"],
    [['polcy', 'show'], 'unknown command'],
  ])('%j', async (command, said) => {
    const refused = await tiergate.run(command);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain(said);
    expect(refused.err).toContain('tiergate help');
  });

  test('asking for help or the version is no failure', async () => {
    const help = await new Tiergate(BUILT, tiergate.home).run(['serve', '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('SYNOPSIS\n    tiergate serve');
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect((await tiergate.run(['--version'])).out.trim()).toBe(version);
  });
});

test('the folder and what is in it are the owner’s alone', async () => {
  const tiergate = new Tiergate(BUILT, join(makeHome(), 'made', 'by', 'us'));
  const serving = await tiergate.serve();
  await send(serving.origin, { headers: { authorization: `Bearer ${serving.localKey}` } });
  const mode = (name: string): string => (statSync(join(tiergate.home, name)).mode & 0o777).toString(8);
  expect(mode('.')).toBe('700');
  for (const name of [
    'settings.json',
    'settings.last-good.json',
    'control.json',
    'ledger.sqlite',
    'ledger.sqlite-wal',
    'logs/tiergate.log',
  ])
    expect([name, mode(name)]).toEqual([name, '600']);
  for (const name of ['settings.json', 'control.json', 'logs/tiergate.log'])
    expect(readFileSync(join(tiergate.home, name), 'utf8')).not.toContain(serving.localKey);
  expect(LOCAL_KEY).not.toBe(serving.localKey);
  expect(await serving.stop()).toBe(0);
  rmSync(join(tiergate.home, '..', '..', '..'), { recursive: true, force: true });
});
