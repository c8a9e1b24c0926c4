import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CooldownReason } from '../../src/main/upstream/fault.ts';
import { type Cooldown, KeyPool, type KeyState, type Probe } from '../../src/main/upstream/key-pool.ts';

const NOW = 1_000_000;
const FIRST = 'aaaa';
const MODEL = 'gpt-5.2';
const READY: KeyState = { state: 'ready' };

function cooldown(until: number, over: Partial<Cooldown> = {}): Cooldown {
  return { fingerprint: FIRST, model: null, reason: 'rate_limited', until, ...over };
}

function cooling(until: number, reason: CooldownReason = 'rate_limited'): KeyState {
  return { state: 'cooling', reason, until };
}

function cooled(until: number): KeyPool {
  const pool = new KeyPool();
  pool.mark(cooldown(until), NOW);
  return pool;
}

test('a key of which nothing is known is ready', () => {
  expect(new KeyPool().state(FIRST, MODEL, NOW)).toEqual(READY);
});

test('a key cools down until the very moment that was named, and then is ready', () => {
  const pool = cooled(NOW + 5000);
  expect(pool.state(FIRST, MODEL, NOW)).toEqual(cooling(NOW + 5000));
  expect(pool.state(FIRST, MODEL, NOW + 4999)).toEqual(cooling(NOW + 5000));
  expect(pool.state(FIRST, MODEL, NOW + 5000)).toEqual(READY);
});

test('other keys know nothing of it', () => {
  expect(cooled(NOW + 5000).state('bbbb', MODEL, NOW)).toEqual(READY);
});

describe('a cooldown only lengthens', () => {
  test.each<[string, number, CooldownReason, KeyState, boolean]>([
    ['a longer one stands, with its own reason', 9000, 'unauthorized', cooling(NOW + 9000, 'unauthorized'), true],
    ['one as long stands, with its own reason', 5000, 'unauthorized', cooling(NOW + 5000, 'unauthorized'), true],
    ['a shorter one changes neither end nor reason', 4999, 'unauthorized', cooling(NOW + 5000), false],
  ])('%s', (_, milliseconds, reason, state, kept) => {
    const pool = cooled(NOW + 5000);
    const next = cooldown(NOW + milliseconds, { reason });
    expect(pool.mark(next, NOW)).toEqual(kept ? next : null);
    expect(pool.state(FIRST, MODEL, NOW)).toEqual(state);
  });
});

describe('after a cooldown one turn tries the key', () => {
  test('while it does the others pass the key by', () => {
    const pool = cooled(NOW + 5000);
    pool.take(FIRST, MODEL, NOW + 6000);
    expect(pool.state(FIRST, MODEL, NOW + 6000)).toEqual(cooling(NOW + 6000));
  });

  test('where it goes well all is forgotten', () => {
    const pool = cooled(NOW + 5000);
    pool.settle(pool.take(FIRST, MODEL, NOW + 6000), true);
    pool.take(FIRST, MODEL, NOW + 6001);
    expect(pool.state(FIRST, MODEL, NOW + 6001)).toEqual(READY);
  });

  test('where it tells nothing the next turn tries it', () => {
    const pool = cooled(NOW + 5000);
    pool.settle(pool.take(FIRST, MODEL, NOW + 6000), false);
    expect(pool.state(FIRST, MODEL, NOW + 6001)).toEqual(READY);
    pool.take(FIRST, MODEL, NOW + 6001);
    expect(pool.state(FIRST, MODEL, NOW + 6001)).toEqual(cooling(NOW + 6001));
  });

  test('where it goes badly the key cools down again', () => {
    const pool = cooled(NOW + 5000);
    pool.take(FIRST, MODEL, NOW + 6000);
    pool.mark(cooldown(NOW + 8000), NOW + 6000);
    expect(pool.state(FIRST, MODEL, NOW + 7999)).toEqual(cooling(NOW + 8000));
    expect(pool.state(FIRST, MODEL, NOW + 8000)).toEqual(READY);
  });
});

test('a turn that began before a cooldown does not end what another tries after it', () => {
  const pool = new KeyPool();
  const before = pool.take(FIRST, MODEL, NOW);
  pool.mark(cooldown(NOW + 5000), NOW);
  const tries = pool.take(FIRST, MODEL, NOW + 6000);
  for (const good of [true, false]) {
    pool.settle(before, good);
    expect(pool.state(FIRST, MODEL, NOW + 6000)).toEqual(cooling(NOW + 6000));
  }
  pool.settle(tries, true);
  expect(pool.state(FIRST, MODEL, NOW + 6000)).toEqual(READY);
});

test('nor does one that tried it an earlier time', () => {
  const pool = cooled(NOW + 5000);
  const earlier = pool.take(FIRST, MODEL, NOW + 6000);
  pool.mark(cooldown(NOW + 8000), NOW + 6000);
  pool.take(FIRST, MODEL, NOW + 9000);
  pool.settle(earlier, false);
  expect(pool.state(FIRST, MODEL, NOW + 9000)).toEqual(cooling(NOW + 9000));
});

test('a good answer during a cooldown does not end it', () => {
  const pool = cooled(NOW + 5000);
  pool.settle(pool.take(FIRST, MODEL, NOW), true);
  expect(pool.state(FIRST, MODEL, NOW + 1)).toEqual(cooling(NOW + 5000));
});

describe('a cooldown for one model', () => {
  const pool = new KeyPool();
  pool.mark(cooldown(NOW + 5000, { model: MODEL }), NOW);

  test('leaves the key good for the others', () => {
    expect(pool.state(FIRST, MODEL, NOW)).toEqual(cooling(NOW + 5000));
    expect(pool.state(FIRST, 'gpt-5.2-mini', NOW)).toEqual(READY);
    expect(pool.cooldownOf(FIRST, NOW)).toBeNull();
  });

  test('and one for the whole key stand beside each other', () => {
    pool.mark(cooldown(NOW + 2000), NOW);
    expect(pool.state(FIRST, 'gpt-5.2-mini', NOW)).toEqual(cooling(NOW + 2000));
    expect(pool.state(FIRST, 'gpt-5.2-mini', NOW + 2000)).toEqual(READY);
    expect(pool.state(FIRST, MODEL, NOW + 2000)).toEqual(cooling(NOW + 5000));
  });
});

test('the window sees the cooldown of a key while it lasts', () => {
  const pool = cooled(NOW + 5000);
  expect(pool.cooldownOf(FIRST, NOW + 4999)).toEqual(cooldown(NOW + 5000));
  expect(pool.cooldownOf(FIRST, NOW + 5000)).toBeNull();
});

test('a reset forgets every cooldown of the keys it names, and no other', () => {
  const pool = cooled(NOW + 5000);
  pool.mark(cooldown(NOW + 5000, { model: MODEL }), NOW);
  pool.mark(cooldown(NOW + 5000, { fingerprint: 'bbbb' }), NOW);
  pool.reset(new Set([FIRST]));
  expect(pool.state(FIRST, MODEL, NOW)).toEqual(READY);
  expect(pool.state('bbbb', MODEL, NOW)).toEqual(cooling(NOW + 5000));
});

const REASONS: readonly CooldownReason[] = ['rate_limited', 'quota', 'unauthorized'];
const marks = fc.record({
  fingerprint: fc.constantFrom('aaaa', 'bbbb', 'cccc'),
  model: fc.constantFrom(null, MODEL),
  reason: fc.constantFrom(...REASONS),
  until: fc.integer({ min: NOW + 1, max: NOW + 100_000 }),
});

test('whatever the order of marks, a key cools down until the latest of them', () => {
  fc.assert(
    fc.property(
      fc
        .array(marks, { minLength: 1, maxLength: 30 })
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      fc.integer({ min: NOW, max: NOW + 100_000 }),
      ([all, shuffled], at) => {
        const pool = new KeyPool();
        for (const mark of shuffled) pool.mark(mark, NOW);
        for (const fingerprint of ['aaaa', 'bbbb', 'cccc']) {
          const own = all.filter((mark) => mark.fingerprint === fingerprint);
          const whole = Math.max(0, ...own.filter(({ model }) => model === null).map(({ until }) => until));
          const any = Math.max(0, ...own.map(({ until }) => until));
          expect(pool.state(fingerprint, 'other', at).state).toBe(whole > at ? 'cooling' : 'ready');
          expect(pool.state(fingerprint, MODEL, at).state).toBe(any > at ? 'cooling' : 'ready');
        }
      },
    ),
  );
});

type Step =
  | { readonly step: 'mark'; readonly milliseconds: number; readonly model: string | null }
  | { readonly step: 'take'; readonly model: string }
  | { readonly step: 'settle'; readonly turn: number; readonly good: boolean }
  | { readonly step: 'pass'; readonly milliseconds: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      step: fc.constant('mark' as const),
      milliseconds: fc.integer({ min: 1000, max: 60_000 }),
      model: fc.constantFrom(null, MODEL),
    }),
    fc.record({ step: fc.constant('take' as const), model: fc.constantFrom(MODEL, 'other') }),
    fc.record({ step: fc.constant('settle' as const), turn: fc.nat(), good: fc.boolean() }),
    fc.record({ step: fc.constant('pass' as const), milliseconds: fc.integer({ min: 1, max: 60_000 }) }),
  ),
  { maxLength: 60 },
);

test('whatever turns do, no cooldown gets shorter and no key stays shut behind a turn that has ended', () => {
  fc.assert(
    fc.property(steps, (all: readonly Step[]) => {
      const pool = new KeyPool();
      const turns: (Probe | null)[] = [];
      let now = NOW;
      let until = 0;
      for (const step of all) {
        if (step.step === 'mark') {
          pool.mark(cooldown(now + step.milliseconds, { model: step.model }), now);
          if (step.model === null) until = Math.max(until, now + step.milliseconds);
        } else if (step.step === 'take') {
          turns.push(pool.take(FIRST, step.model, now));
        } else if (step.step === 'pass') {
          now += step.milliseconds;
        } else {
          const [turn] = turns.length === 0 ? [] : turns.splice(step.turn % turns.length, 1);
          if (turn !== undefined) pool.settle(turn, step.good);
        }
        if (now < until) expect(pool.state(FIRST, MODEL, now).state).toBe('cooling');
      }
      now += 60_000;
      for (const turn of turns) pool.settle(turn, false);
      expect(pool.state(FIRST, MODEL, now)).toEqual(READY);
    }),
  );
});
