import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type NoSlot, type Release, Slots, type SlotsClock, type WaitPlan } from '../../src/main/upstream/slots.ts';

const PLAN: WaitPlan = { places: 3, milliseconds: 30_000 };

/** Timers that only the test sets off. */
class Alarms {
  readonly set = new Set<() => void>();
  readonly clock: SlotsClock = {
    after: (_, action) => {
      const alarm = (): void => {
        action();
      };
      this.set.add(alarm);
      return () => this.set.delete(alarm);
    },
  };
}

function limited(limit: number): Slots {
  const slots = new Slots();
  slots.limit = limit;
  return slots;
}

function taken(slots: Slots): Release {
  const release = slots.tryTake();
  if (release === null) throw new Error('no slot was free');
  return release;
}

test('as many turns as the limit begin at once, and no more', () => {
  const slots = limited(2);
  taken(slots);
  taken(slots);
  expect(slots.tryTake()).toBeNull();
  expect(slots.taken).toBe(2);
});

test('without a limit every turn begins, and is counted all the same', () => {
  const slots = limited(0);
  const release = taken(slots);
  taken(slots);
  expect(slots.taken).toBe(2);
  release();
  expect(slots.taken).toBe(1);
});

test('a slot that is given back twice is given back once', () => {
  const slots = limited(2);
  const release = taken(slots);
  taken(slots);
  release();
  release();
  expect(slots.taken).toBe(1);
});

describe('a turn that waits', () => {
  const never = new AbortController().signal;

  test('takes a free slot at once', async () => {
    const { clock, set } = new Alarms();
    expect(await limited(1).wait(clock, PLAN, never)).toBeTypeOf('function');
    expect(set.size).toBe(0);
  });

  test('gets the slot that is given back, before anybody who comes later', async () => {
    const { clock, set } = new Alarms();
    const slots = limited(1);
    const release = taken(slots);
    const waiting = slots.wait(clock, PLAN, never);
    expect(slots.waiting).toBe(1);
    release();
    expect(slots.tryTake()).toBeNull();
    expect(await waiting).toBeTypeOf('function');
    expect([slots.taken, slots.waiting, set.size]).toEqual([1, 0, 0]);
  });

  test('is told when there is no place to wait', async () => {
    const { clock } = new Alarms();
    const slots = limited(1);
    taken(slots);
    for (let place = 0; place < PLAN.places; place += 1) void slots.wait(clock, PLAN, never);
    expect(await slots.wait(clock, PLAN, never)).toBe('queue_full');
  });

  test('is told when its time is over, and takes nothing then', async () => {
    const { clock, set } = new Alarms();
    const slots = limited(1);
    const release = taken(slots);
    const waiting = slots.wait(clock, PLAN, never);
    for (const alarm of set) alarm();
    expect(await waiting).toBe('timeout');
    release();
    expect([slots.taken, slots.waiting]).toEqual([0, 0]);
  });

  test('frees its place when its tool leaves', async () => {
    const { clock, set } = new Alarms();
    const slots = limited(1);
    taken(slots);
    const tool = new AbortController();
    const waiting = slots.wait(clock, PLAN, tool.signal);
    tool.abort();
    expect(await waiting).toBe('left');
    expect([slots.waiting, set.size]).toEqual([0, 0]);
  });

  test('does not begin to when its tool has left already', async () => {
    const { clock } = new Alarms();
    const slots = limited(1);
    taken(slots);
    expect(await slots.wait(clock, PLAN, AbortSignal.abort())).toBe('left');
    expect(slots.waiting).toBe(0);
  });

  test('begins when the limit is raised or taken away', async () => {
    const { clock } = new Alarms();
    const slots = limited(1);
    taken(slots);
    const [first, second] = [slots.wait(clock, PLAN, never), slots.wait(clock, PLAN, never)];
    slots.limit = 2;
    slots.serve();
    expect(await first).toBeTypeOf('function');
    expect(slots.waiting).toBe(1);
    slots.limit = 0;
    slots.serve();
    expect(await second).toBeTypeOf('function');
  });

  test('waits on while more turns than a lowered limit are under way', () => {
    const { clock } = new Alarms();
    const slots = limited(2);
    const release = taken(slots);
    taken(slots);
    void slots.wait(clock, PLAN, never);
    slots.limit = 1;
    release();
    expect([slots.taken, slots.waiting]).toEqual([1, 1]);
  });
});

type Act =
  | { readonly act: 'come' }
  | { readonly act: 'try' }
  | { readonly act: 'end' | 'leave' | 'late'; readonly which: number };

const acts = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('come' as const) }),
    fc.record({ act: fc.constant('try' as const) }),
    fc.record({ act: fc.constantFrom('end' as const, 'leave' as const, 'late' as const), which: fc.nat() }),
  ),
  { maxLength: 120 },
);

/** Takes one of a set out of it, whichever the number means. */
function pick<T>(all: Set<T>, which: number): T | undefined {
  const one = [...all][which % Math.max(all.size, 1)];
  if (one !== undefined) all.delete(one);
  return one;
}

test('under whatever comes, ends, leaves and takes too long, no slot is lost or doubled and nobody overtakes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), acts, async (limit, all: readonly Act[]) => {
      const { clock, set: alarms } = new Alarms();
      const slots = limited(limit);
      const places = 5;
      const held = new Set<Release>();
      const tools = new Set<AbortController>();
      const queue: number[] = [];
      const served: number[] = [];
      let number = 0;
      const settled: Promise<void>[] = [];
      const come = (): void => {
        const own = (number += 1);
        const tool = new AbortController();
        const waits = slots.tryTake();
        if (waits !== null) {
          held.add(waits);
          return;
        }
        if (slots.waiting < places) {
          queue.push(own);
          tools.add(tool);
        }
        settled.push(
          slots.wait(clock, { places, milliseconds: 30_000 }, tool.signal).then((outcome: Release | NoSlot) => {
            tools.delete(tool);
            if (outcome === 'queue_full') return;
            const place = queue.indexOf(own);
            if (typeof outcome === 'function') {
              held.add(outcome);
              served.push(own);
              expect(place).toBe(0);
            }
            queue.splice(place, 1);
          }),
        );
      };
      for (const step of all) {
        if (step.act === 'come') come();
        else if (step.act === 'try') {
          const release = slots.tryTake();
          if (release !== null) {
            expect(slots.waiting).toBe(0);
            held.add(release);
          }
        } else if (step.act === 'end') pick(held, step.which)?.();
        else if (step.act === 'leave') pick(tools, step.which)?.abort();
        else pick(alarms, step.which)?.();
        expect(slots.taken).toBeLessThanOrEqual(limit);
        await Promise.resolve();
        await Promise.resolve();
        expect(slots.taken).toBe(held.size);
        expect(slots.waiting).toBe(queue.length);
        expect(alarms.size).toBe(queue.length);
        // Nobody waits beside a free slot.
        if (slots.taken < limit) expect(slots.waiting).toBe(0);
      }
      expect(served).toEqual([...served].sort((a, b) => a - b));
      while (held.size > 0) {
        pick(held, 0)?.();
        await Promise.resolve();
        await Promise.resolve();
      }
      await Promise.all(settled);
      expect([slots.taken, slots.waiting, alarms.size]).toEqual([0, 0, 0]);
    }),
  );
});
