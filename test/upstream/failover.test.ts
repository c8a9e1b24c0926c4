import { describe, expect, test } from 'vitest';
import { type Candidate, Failover, type Step } from '../../src/main/upstream/failover.ts';
import type { Fault } from '../../src/main/upstream/fault.ts';
import { KeyPool } from '../../src/main/upstream/key-pool.ts';
import { candidateOf } from './candidates.ts';
import { sayAsItIs } from '../../src/shared/sentences.ts';

const NOW = 1_000_000;
const MODEL = 'gpt-5.5';

/** A pool on a clock that the test moves. */
class World {
  readonly pool = new KeyPool();
  time = NOW;

  turn(candidates: readonly Candidate[]): Failover {
    return new Failover(candidates, { pool: this.pool, now: () => this.time, onCooldown: () => undefined });
  }
}

const DOWN: Fault = { kind: 'account', reason: sayAsItIs('status 503') };

function limited(modelOnly = false): Fault {
  return { kind: 'key', reason: 'rate_limited', cooldown: 5000, modelOnly };
}

/** The key that is to be tried, and where; or what comes instead. */
function asked(step: Step): string {
  if (step.kind !== 'try') return step.kind;
  const { candidate, secret } = step.way;
  return `${candidate.ready.account.id} ${secret?.value ?? ''}`;
}

function fails(turn: Failover, fault: Fault): void {
  turn.ended({ kind: 'fault', fault });
}

describe('a key that has cooled down is tried by one turn', () => {
  test.each(['answered', 'left'] as const)('which another turn, begun before, does not end where it was %s', (how) => {
    const world = new World();
    const account = candidateOf('a', ['key-one', 'key-two']);
    const before = world.turn([account]);
    before.next();
    const marks = world.turn([account]);
    marks.next();
    fails(marks, limited());
    world.time += 6000;
    const tries = world.turn([account]);
    expect(asked(tries.next())).toBe('a key-one');
    before.ended(how === 'left' ? { kind: 'left' } : { kind: 'answered', firstToken: null, responseId: null });
    before.release();
    expect(asked(world.turn([account]).next())).toBe('a key-two');
    tries.ended({ kind: 'answered', firstToken: null, responseId: null });
    expect(asked(world.turn([account]).next())).toBe('a key-one');
  });

  test('and by the next where that turn ended without telling anything', () => {
    const world = new World();
    const account = candidateOf('a', ['key-one', 'key-two']);
    const marks = world.turn([account]);
    marks.next();
    fails(marks, limited());
    world.time += 6000;
    const tries = world.turn([account]);
    tries.next();
    tries.release();
    expect(asked(world.turn([account]).next())).toBe('a key-one');
  });

  test('and is ready for all once that turn’s request was taken, long before its answer ends', () => {
    const world = new World();
    const account = candidateOf('a', ['key-one', 'key-two']);
    const marks = world.turn([account]);
    marks.next();
    fails(marks, limited());
    world.time += 6000;
    const tries = world.turn([account]);
    tries.next();
    tries.taken();
    expect(asked(world.turn([account]).next())).toBe('a key-one');
  });

  test('and is not shut for every model where that turn finds it out for one', () => {
    const world = new World();
    const account = candidateOf('a', ['key-one', 'key-two']);
    const marks = world.turn([account]);
    marks.next();
    fails(marks, limited());
    world.time += 6000;
    const tries = world.turn([account]);
    tries.next();
    fails(tries, limited(true));
    tries.release();
    expect(asked(world.turn([account]).next())).toBe('a key-two');
    expect(asked(world.turn([{ ...account, model: 'another' }]).next())).toBe('a key-one');
    expect(world.pool.state(account.secrets[0]?.fingerprint ?? '', MODEL, world.time).state).toBe('cooling');
  });
});

describe('an account whose slots are all taken', () => {
  function busy(id: string): { candidate: Candidate; free: () => void } {
    const candidate = candidateOf(id, [`key-${id}`]);
    candidate.load.slots.limit = 1;
    const release = candidate.load.slots.tryTake();
    return { candidate, free: () => release?.() };
  }

  test('is not waited for with the slot of another that has failed: two such turns would wait for each other', () => {
    const world = new World();
    const [a, b] = [candidateOf('a', ['key-a']), candidateOf('b', ['key-b'])];
    a.load.slots.limit = 1;
    b.load.slots.limit = 1;
    const [one, other] = [world.turn([a, b]), world.turn([b, a])];
    expect(asked(one.next())).toBe('a key-a');
    expect(asked(other.next())).toBe('b key-b');
    fails(one, DOWN);
    expect(one.next()).toMatchObject({ kind: 'wait', candidate: b });
    expect(a.load.slots.taken).toBe(0);
    fails(other, DOWN);
    expect(asked(other.next())).toBe('a key-a');
    expect(b.load.slots.taken).toBe(0);
  });

  test('is waited for after the others, none of which is asked twice', () => {
    const world = new World();
    const { candidate, free } = busy('a');
    const turn = world.turn([candidate, candidateOf('b', ['key-b']), candidateOf('c', ['key-c'])]);
    expect(asked(turn.next())).toBe('b key-b');
    fails(turn, DOWN);
    expect(asked(turn.next())).toBe('c key-c');
    fails(turn, DOWN);
    expect(turn.next()).toMatchObject({ kind: 'wait', candidate });
    free();
    const slot = candidate.load.slots.tryTake();
    turn.seat(candidate, slot ?? (() => undefined));
    expect(asked(turn.next())).toBe('a key-a');
    fails(turn, DOWN);
    expect(turn.next()).toEqual({ kind: 'pass_on' });
    turn.release();
    expect(candidate.load.slots.taken).toBe(0);
  });

  test('gives way to another busy one once it has failed', () => {
    const world = new World();
    const [first, second] = [busy('a'), busy('b')];
    const turn = world.turn([first.candidate, second.candidate]);
    expect(turn.next()).toMatchObject({ kind: 'wait', candidate: first.candidate });
    first.free();
    turn.seat(first.candidate, first.candidate.load.slots.tryTake() ?? (() => undefined));
    turn.next();
    fails(turn, DOWN);
    expect(turn.next()).toMatchObject({ kind: 'wait', candidate: second.candidate });
    turn.release();
    expect(first.candidate.load.slots.taken).toBe(0);
  });
});

test('after three changes of account the last answer is the answer', () => {
  const world = new World();
  const turn = world.turn(['a', 'b', 'c', 'd', 'e'].map((id) => candidateOf(id, [`key-${id}`])));
  const order: string[] = [];
  for (let step = turn.next(); step.kind === 'try'; step = turn.next()) {
    order.push(asked(step));
    fails(turn, DOWN);
  }
  expect(order).toEqual(['a key-a', 'b key-b', 'c key-c', 'd key-d']);
  expect(turn.next()).toEqual({ kind: 'pass_on' });
});
