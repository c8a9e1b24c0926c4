import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Updater, Updates } from '../../../src/main/desktop/updates.ts';
import { FakeTimers } from '../../fakes/timers.ts';

/** Updates are looked for quietly, can be switched off, and never come in the middle of a turn. */
class FakeUpdater extends EventEmitter implements Updater {
  autoDownload = false;
  autoInstallOnAppQuit = false;
  looks = 0;
  fails: Error | null = null;
  readonly #log: string[];

  constructor(log: string[]) {
    super();
    this.#log = log;
  }

  checkForUpdates(): Promise<unknown> {
    this.looks += 1;
    return this.fails === null ? Promise.resolve(null) : Promise.reject(this.fails);
  }

  quitAndInstall(silent: boolean, runAfter: boolean): void {
    this.#log.push(`installed ${String(silent)} ${String(runAfter)}`);
  }
}

let log: string[];
let updater: FakeUpdater;
let timers: FakeTimers;
let openTurns: number;
let stop: PromiseWithResolvers<undefined>;
let updates: Updates;

beforeEach(() => {
  log = [];
  updater = new FakeUpdater(log);
  timers = new FakeTimers();
  openTurns = 0;
  stop = Promise.withResolvers();
  updates = new Updates({
    updater,
    openTurns: () => openTurns,
    stopGateway: () => {
      log.push('stopping');
      return stop.promise;
    },
    onChange: () => undefined,
    after: timers.after,
  });
});

const ready = (): void => {
  updates.follow(true);
  updater.emit('update-available', { version: '2.0.0' });
  updater.emit('update-downloaded', { version: '2.0.0' });
};

describe('looking', () => {
  it('begins after the start and goes on a few times a day', () => {
    updates.follow(true);
    expect(updater.looks).toBe(0);
    timers.pass(30_000);
    expect(updater.looks).toBe(1);
    updater.emit('update-not-available');
    timers.pass(6 * 60 * 60_000);
    expect(updater.looks).toBe(2);
  });

  it('never happens while the person wants none, not even when asked, nor on quitting', () => {
    updates.follow(false);
    updates.check();
    timers.pass(7 * 24 * 60 * 60_000);
    expect([updater.looks, updates.state.kind]).toEqual([0, 'off']);
    updates.follow(true);
    expect(updater.autoInstallOnAppQuit).toBe(true);
    updates.follow(false);
    expect(updater.autoInstallOnAppQuit).toBe(false);
    timers.pass(7 * 24 * 60 * 60_000);
    expect(updater.looks).toBe(0);
  });

  it('that fails is told in one line, and tried again', async () => {
    updates.follow(true);
    updater.fails = new Error('no network\n    at somewhere');
    updates.check();
    await Promise.resolve();
    await Promise.resolve();
    expect(updates.state).toEqual({ kind: 'failed', reason: 'no network' });
    updater.fails = null;
    updates.check();
    expect(updates.state.kind).toBe('checking');
  });

  it('cannot be where nothing can be replaced', () => {
    const none = new Updates({
      updater: null,
      openTurns: () => 0,
      stopGateway: () => Promise.resolve(),
      onChange: () => undefined,
      after: timers.after,
    });
    none.follow(true);
    none.check();
    none.install();
    expect([none.state.kind, timers.waiting]).toEqual(['off', 0]);
  });
});

it('loading is told by the percent', () => {
  updates.follow(true);
  updater.emit('update-available', { version: '2.0.0' });
  updater.emit('download-progress', { percent: 41.5 });
  expect(updates.state).toEqual({ kind: 'loading', version: '2.0.0', percent: 41.5 });
});

describe('a version that is ready', () => {
  it('waits until it is asked for', () => {
    ready();
    timers.pass(24 * 60 * 60_000);
    expect([updates.state, log]).toEqual([{ kind: 'ready', version: '2.0.0' }, []]);
  });

  it('is put in place after the gateway has ended, and not before', async () => {
    ready();
    updates.install();
    expect(log).toEqual(['stopping']);
    stop.resolve(undefined);
    await expect.poll(() => log).toEqual(['stopping', 'installed true true']);
  });

  it('waits for the last open turn', () => {
    openTurns = 2;
    ready();
    updates.install();
    updates.turnsChanged();
    openTurns = 1;
    updates.turnsChanged();
    expect([updates.state.kind, log]).toEqual(['waiting', []]);
    openTurns = 0;
    updates.turnsChanged();
    updates.turnsChanged();
    expect(log).toEqual(['stopping']);
  });

  it('is given up when the person switches updates off meanwhile', () => {
    openTurns = 1;
    ready();
    updates.install();
    updates.follow(false);
    openTurns = 0;
    updates.turnsChanged();
    expect(log).toEqual([]);
  });

  it('stays good when a later look fails', () => {
    ready();
    updater.emit('error', new Error('no network'));
    expect(updates.state.kind).toBe('ready');
  });
});
