import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findRunning } from '../../src/main/control/running.ts';
import { type Status, createControlClient } from '../../src/shared/control.ts';
import { accountAt, makeHome, writeSettings } from '../fakes/gateway.ts';
import { FAKE_KEY, type Upstream, startUpstream } from '../fakes/upstream.ts';
import { TURN, send } from '../gateway/tool.ts';
import { BUILT, type Serving, Tiergate } from './tiergate.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A disk that takes nothing more costs rows, never turns; the loss is announced, and counted to the last row. */
let upstream: Upstream;
let home: string;
let gateway: Serving | null;

beforeEach(async () => {
  upstream = await startUpstream();
  home = makeHome();
  gateway = null;
});

afterEach(async () => {
  await gateway?.stop('SIGKILL');
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
});

/** Sends so many turns at once; each must come whole. */
async function turns(origin: string, count: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: count }, () => send(origin, { body: { ...TURN, stream: true } })),
  );
  for (const { status, broken, text } of answers) {
    expect([status, broken]).toEqual([200, false]);
    expect(text).toContain('event: response.completed');
  }
}

const lostNotice = (status: Status): string | undefined =>
  status.notices.find(({ code }) => code === 'ledger_write_failed')?.message;

describe.runIf(process.platform === 'linux' && existsSync('/usr/bin/prlimit'))(
  'a disk that has become read-only',
  () => {
    /** This limit also sends a signal, which no disk does; nothing is done about it. */
    const DEAF = `--import data:text/javascript,process.on('SIGXFSZ',()=>{})`;

    /** No file of the process takes a byte any more, as if the system had mounted the disk anew for reading. */
    function mayWrite(pid: number, may: boolean): void {
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${may ? 'unlimited' : '0'}:unlimited`]);
    }

    async function status(): Promise<Status> {
      const running = await findRunning(home);
      if (running === null) throw new Error('the gateway does not run');
      return createControlClient(running).call('status.get');
    }

    test('lets turns flow, and is heard of; when it takes rows again they are written again', async () => {
      const tiergate = new Tiergate(BUILT, home, { LAB_KEY: FAKE_KEY, NODE_OPTIONS: DEAF });
      writeSettings(home, { accounts: [accountAt(upstream.baseUrl)] });
      gateway = await tiergate.serve();
      await turns(gateway.origin, 3);
      expect(lostNotice(await status())).toBeUndefined();

      mayWrite(gateway.pid, false);
      await turns(gateway.origin, 20);
      await turns(gateway.origin, 1);
      const during = await status();
      expect(during.lostRows).toBe(21);
      expect(lostNotice(during)).toContain('21 lost so far');

      mayWrite(gateway.pid, true);
      await turns(gateway.origin, 4);
      const after = await status();
      expect(after.lostRows).toBe(21);
      expect(lostNotice(after)).toBeUndefined();
      expect(await tiergate.turns()).toHaveLength(7);
      expect(await gateway.stop()).toBe(0);
    });
  },
);

/** A few megabytes of memory as a disk, in a world of mounts of its own; no system lets everybody have one. */
const ownMounts = process.platform === 'linux' && spawnSync('unshare', ['-rm', 'true']).status === 0;

describe.runIf(ownMounts)('a disk that is full', () => {
  /** Runs the gateway with the folder on such a disk; whatever is put into `orders` is done there. */
  const WITHIN = `
    folder=$1 orders=$2; shift 2
    mount -t tmpfs -o size=3m,mode=700 tmpfs "$folder" && cp "$orders"/settings.json "$folder"/
    "$@" & child=$!
    trap 'kill $child' TERM
    while kill -0 $child 2>/dev/null; do
      if [ -e "$orders"/next ]; then
        cp "$folder"/control.json "$orders"/ 2>/dev/null
        (cd "$folder" && . "$orders"/next); rm "$orders"/next
      fi
      sleep 0.05
    done`;

  let orders: string;

  beforeEach(() => {
    orders = join(home, 'orders');
    mkdirSync(join(home, 'disk'));
    mkdirSync(orders);
  });

  /** Has something done on the disk, and waits until it is. */
  async function order(command: string): Promise<void> {
    writeFileSync(join(orders, 'made'), command);
    execFileSync('mv', [join(orders, 'made'), join(orders, 'next')]);
    await vi.waitUntil(() => !readdirSync(orders).includes('next'), { timeout: 20_000, interval: 20 });
  }

  async function status(): Promise<Status> {
    const { port, token } = JSON.parse(readFileSync(join(orders, 'control.json'), 'utf8')) as {
      port: number;
      token: string;
    };
    writeFileSync(join(orders, 'control.json'), JSON.stringify({ host: '127.0.0.1', port, token }));
    const running = await findRunning(orders);
    if (running === null) throw new Error('the gateway does not run');
    return createControlClient(running).call('status.get');
  }

  test('lets turns flow, and is heard of; with room again rows are written again', async () => {
    writeSettings(orders, { accounts: [accountAt(upstream.baseUrl)] });
    const tiergate = new Tiergate(BUILT, join(home, 'disk'), { LAB_KEY: FAKE_KEY }, [
      'unshare',
      '-rm',
      'sh',
      '-c',
      WITHIN,
      'sh',
      join(home, 'disk'),
      orders,
    ]);
    gateway = await tiergate.serve();
    await turns(gateway.origin, 3);
    await order('head -c 9000000 /dev/zero > filling 2>/dev/null || true');
    await turns(gateway.origin, 40);
    const during = await status();
    expect(during.lostRows).toBeGreaterThan(0);
    expect(lostNotice(during)).toContain(`${during.lostRows} lost so far`);

    await order('rm filling');
    await turns(gateway.origin, 5);
    const after = await status();
    expect(after.lostRows).toBe(during.lostRows);
    expect(lostNotice(after)).toBeUndefined();
    // What was not lost is there: a page that is counted is a page that was read.
    const running = await findRunning(orders);
    const client = running === null ? null : createControlClient(running);
    const { turns: rows } = (await client?.call('turns.page', { limit: 1000 })) ?? { turns: [] };
    expect(rows).toHaveLength(48 - after.lostRows);
  });
});
