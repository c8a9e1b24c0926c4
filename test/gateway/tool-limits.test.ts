import { describe, expect, test } from 'vitest';
import { ToolLimits } from '../../src/main/gateway/tool-limits.ts';
import type { GatewayError } from '../../src/shared/errors.ts';
import type { Release } from '../../src/main/upstream/slots.ts';

/** Limits with a clock that is set by hand. */
class Desk {
  now = 1_000_000;
  readonly limits = new ToolLimits(() => this.now);

  begin(limits: { turnsPerMinute?: number; openTurns?: number }, name = 'codex'): Release | GatewayError {
    return this.limits.begin({ name, limits });
  }

  /** Begins a turn that must be let in. */
  let(limits: { turnsPerMinute?: number; openTurns?: number }, name = 'codex'): Release {
    const begun = this.begin(limits, name);
    if ('code' in begun) throw new Error(begun.message);
    return begun;
  }

  /** After how many seconds a refused turn may come again; null for one that was let in. */
  wait(limits: { turnsPerMinute?: number; openTurns?: number }, name = 'codex'): number | null {
    const begun = this.begin(limits, name);
    return 'code' in begun ? (begun.retryAfter ?? 0) : null;
  }
}

describe('turns a minute', () => {
  const TWO = { turnsPerMinute: 2 };

  test('are as many as allowed in any minute, and the refusal says when the next may begin', () => {
    const desk = new Desk();
    desk.let(TWO);
    desk.now += 10_000;
    desk.let(TWO);
    expect(desk.wait(TWO)).toBe(50);
    desk.now += 49_001;
    expect(desk.wait(TWO)).toBe(1);
    desk.now += 999;
    expect(desk.wait(TWO)).toBeNull();
    // The second one is still within its minute.
    expect(desk.wait(TWO)).toBe(10);
  });

  test('count when they begin, not while they run, and a refused one does not count', () => {
    const desk = new Desk();
    desk.let(TWO)();
    desk.let(TWO)();
    for (let index = 0; index < 20; index += 1) expect(desk.wait(TWO)).toBe(60);
    desk.now += 60_000;
    desk.let(TWO);
    desk.let(TWO);
  });

  test('hold for each tool by itself', () => {
    const desk = new Desk();
    desk.let(TWO);
    desk.let(TWO);
    expect(desk.wait(TWO)).toBe(60);
    desk.let(TWO, 'other');
  });

  test('go by a limit that is lowered, raised and taken away', () => {
    const desk = new Desk();
    for (let index = 0; index < 5; index += 1) {
      desk.let({ turnsPerMinute: 5 });
      desk.now += 1000;
    }
    // The last two began 1 and 2 seconds ago.
    expect(desk.wait(TWO)).toBe(58);
    desk.let({ turnsPerMinute: 6 });
    desk.let({});
    expect(desk.limits.open('codex')).toBe(7);
  });

  test('are not locked by a clock that was set back', () => {
    const desk = new Desk();
    desk.let({ turnsPerMinute: 1 });
    desk.now -= 3_600_000;
    expect(desk.wait({ turnsPerMinute: 1 })).toBeNull();
  });
});

describe('open turns', () => {
  const ONE = { openTurns: 1 };

  test('are given back once, whoever says so how often', () => {
    const desk = new Desk();
    const end = desk.let(ONE);
    expect(desk.wait(ONE)).toBe(1);
    end();
    end();
    const again = desk.let(ONE);
    end();
    expect(desk.wait(ONE)).toBe(1);
    expect(desk.limits.open('codex')).toBe(1);
    again();
    expect(desk.limits.open('codex')).toBe(0);
  });

  test('count also those that began before there was a limit', () => {
    const desk = new Desk();
    const ends = [desk.let({}), desk.let({})];
    expect(desk.wait(ONE)).toBe(1);
    ends.forEach((end) => {
      end();
    });
    desk.let(ONE);
  });

  test('leave no turn of the minute behind when they are refused', () => {
    const desk = new Desk();
    const both = { openTurns: 1, turnsPerMinute: 2 };
    const end = desk.let(both);
    expect(desk.wait(both)).toBe(1);
    end();
    desk.let(both);
  });

  test('never go below zero or above the limit, in whatever order turns begin and end', () => {
    const desk = new Desk();
    let state = 42;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 0x8000_0000;
      return state % below;
    };
    const held: Release[] = [];
    for (let step = 0; step < 5000; step += 1) {
      if (random(2) === 0) {
        const begun = desk.begin({ openTurns: 7 });
        expect('code' in begun).toBe(held.length >= 7);
        if (!('code' in begun)) held.push(begun);
      } else held.splice(random(held.length + 1), 1)[0]?.();
      expect(desk.limits.open('codex')).toBe(held.length);
    }
  });
});

test('a refusal names the tool, its limit and when to come again, as a rate limit', () => {
  const desk = new Desk();
  desk.let({ turnsPerMinute: 1 });
  expect(desk.begin({ turnsPerMinute: 1 })).toMatchObject({
    code: 'tool_limited',
    status: 429,
    type: 'rate_limit_error',
    retryAfter: 60,
    message: expect.stringMatching(/"codex" may begin 1 turn a minute\. Please try again in 60s/) as string,
  });
});
