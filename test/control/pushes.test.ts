import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HttpCarrier } from '../../src/main/control/http.ts';
import { Notices } from '../../src/main/control/notices.ts';
import { Pushes } from '../../src/main/control/pushes.ts';
import type { ControlHandlers, Push, Status } from '../../src/shared/control.ts';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { sampleTurn } from '../fakes/turn-sample.ts';

/** How long turns are gathered. */
const GATHER_MS = 100;
const STATUS = { version: 'test' } as Status;

let pushes: Pushes;
let asked: number;

beforeEach(() => {
  vi.useFakeTimers();
  asked = 0;
  pushes = new Pushes(
    () => {
      asked += 1;
      return STATUS;
    },
    () => DEFAULT_POLICY,
  );
});

afterEach(() => {
  pushes.close();
  vi.useRealTimers();
});

function listen(): { told: Push[]; leave: () => void } {
  const told: Push[] = [];
  return { told, leave: pushes.subscribe((push) => told.push(push)) };
}

describe('gathering pushes', () => {
  test('turns go out together, in the order they ended, with the status after them', () => {
    const { told } = listen();
    for (const number of [1, 2, 3]) {
      pushes.turn(sampleTurn(number));
      vi.advanceTimersByTime(GATHER_MS / 4);
    }
    expect(told).toEqual([]);
    vi.advanceTimersByTime(GATHER_MS / 4);
    expect(told).toEqual([
      { type: 'turns', turns: [sampleTurn(1), sampleTurn(2), sampleTurn(3)] },
      { type: 'status', status: STATUS },
    ]);
  });

  test('nothing is told twice', () => {
    const { told } = listen();
    pushes.turn(sampleTurn(1));
    vi.advanceTimersByTime(10 * GATHER_MS);
    pushes.turn(sampleTurn(2));
    vi.advanceTimersByTime(10 * GATHER_MS);
    expect(told.flatMap((push) => (push.type === 'turns' ? push.turns.map(({ seq }) => seq) : []))).toEqual([1, 2]);
    expect(asked).toBe(2);
  });

  test('many changes of status and policy are one push each', () => {
    const { told } = listen();
    for (let count = 0; count < 50; count += 1) {
      pushes.statusChanged();
      pushes.policyChanged();
    }
    vi.advanceTimersByTime(GATHER_MS);
    expect(told.map(({ type }) => type)).toEqual(['policy', 'status']);
  });

  test('without a listener nothing is kept and no timer runs', () => {
    pushes.turn(sampleTurn(1));
    pushes.statusChanged();
    pushes.policyChanged();
    expect(vi.getTimerCount()).toBe(0);
    const { told } = listen();
    pushes.turn(sampleTurn(2));
    vi.advanceTimersByTime(GATHER_MS);
    expect(told[0]).toEqual({ type: 'turns', turns: [sampleTurn(2)] });
  });

  test('a listener that left is told nothing more, and the others are', () => {
    const first = listen();
    const second = listen();
    pushes.turn(sampleTurn(1));
    first.leave();
    vi.advanceTimersByTime(GATHER_MS);
    expect(first.told).toEqual([]);
    expect(second.told).toHaveLength(2);
  });

  test('at the end the timer goes too', () => {
    const { told } = listen();
    pushes.turn(sampleTurn(1));
    pushes.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(told).toEqual([]);
  });
});

describe('notices', () => {
  test('stay, one a kind, until their cause is gone; only changes are told', () => {
    let changes = 0;
    let now = 1000;
    const notices = new Notices(
      () => now,
      () => (changes += 1),
    );
    notices.clear('port_in_use');
    expect(changes).toBe(0);
    notices.raise('port_in_use', '4141');
    now = 2000;
    notices.raise('port_in_use', '4141');
    expect(changes).toBe(1);
    expect(notices.list()).toEqual([
      {
        code: 'port_in_use',
        message: 'Port 4141 is in use.',
        next: 'Stop the other program, or choose another port: in the tray menu, with --port, or with gateway.port in the settings. Tools must then be pointed at the new port.',
        at: 1000,
      },
    ]);
    notices.raise('port_in_use', '4142');
    notices.raise('ledger_broken', 'x');
    expect(notices.list().map(({ code, at }) => [code, at])).toEqual([
      ['port_in_use', 2000],
      ['ledger_broken', 2000],
    ]);
    notices.clear('port_in_use');
    expect(notices.list().map(({ code }) => code)).toEqual(['ledger_broken']);
    expect(changes).toBe(4);
  });
});

test('every start has a token of its own, of at least 128 bits', () => {
  const token = (): string =>
    new HttpCarrier({ handlers: {} as ControlHandlers, subscribe: () => () => undefined, windowFiles: null }).token;
  const tokens = Array.from({ length: 20 }, token);
  expect(new Set(tokens).size).toBe(20);
  for (const one of tokens) expect(Buffer.from(one, 'base64url').length).toBeGreaterThanOrEqual(16);
});
