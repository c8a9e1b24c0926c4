import { expect, test } from 'vitest';
import { Breaker } from '../../src/main/upstream/breaker.ts';
import { sayAsItIs } from '../../src/shared/sentences.ts';

const NOW = 1_000_000;
const OPEN_MS = 30_000;

type Act = (breaker: Breaker) => void;

const fail: Act = (breaker) => {
  breaker.failed(sayAsItIs('status 503'), NOW);
};
const succeed: Act = (breaker) => {
  breaker.succeeded();
};
const fails = (count: number): Act[] => Array.from({ length: count }, () => fail);
const takeLater: Act = (breaker) => {
  breaker.take(NOW + OPEN_MS);
};
/** A turn that tries it, and whose tool leaves; one that was sent there before leaves nothing open. */
const triesInVain: Act = (breaker) => {
  breaker.untold(breaker.take(NOW + OPEN_MS));
};
const otherLeaves: Act = (breaker) => {
  breaker.untold(null);
};
const failLater: Act = (breaker) => {
  breaker.failed(sayAsItIs('ECONNREFUSED'), NOW + OPEN_MS);
};

test.each<[string, readonly Act[], at: number, ReturnType<Breaker['state']>]>([
  ['nothing happened', [], NOW, { state: 'closed' }],
  ['bad luck', fails(4), NOW, { state: 'closed' }],
  ['five faults in a row', fails(5), NOW, { state: 'open', reason: 'status 503', until: NOW + OPEN_MS }],
  ['faults with an answer among them', [...fails(4), succeed, ...fails(4)], NOW, { state: 'closed' }],
  ['its last moment', fails(5), NOW + OPEN_MS - 1, { state: 'open', reason: 'status 503', until: NOW + OPEN_MS }],
  ['its end', fails(5), NOW + OPEN_MS, { state: 'half-open', reason: 'status 503', until: NOW + OPEN_MS }],
  [
    'a turn that tries it',
    [...fails(5), takeLater],
    NOW + OPEN_MS,
    { state: 'open', reason: 'status 503', until: NOW + OPEN_MS },
  ],
  ['an answer to that turn', [...fails(5), takeLater, succeed], NOW + OPEN_MS, { state: 'closed' }],
  [
    'a fault of that turn',
    [...fails(5), takeLater, failLater],
    NOW + OPEN_MS,
    { state: 'open', reason: 'ECONNREFUSED', until: NOW + 2 * OPEN_MS },
  ],
  [
    'a tool that left that turn',
    [...fails(5), triesInVain],
    NOW + OPEN_MS,
    { state: 'half-open', reason: 'status 503', until: NOW + OPEN_MS },
  ],
  [
    'a tool that left another turn, which began before',
    [...fails(5), takeLater, otherLeaves],
    NOW + OPEN_MS,
    { state: 'open', reason: 'status 503', until: NOW + OPEN_MS },
  ],
  ['an answer, then bad luck', [...fails(5), takeLater, succeed, ...fails(4)], NOW + OPEN_MS, { state: 'closed' }],
  [
    'a turn sent there while it is open',
    [...fails(5), (breaker) => breaker.take(NOW + 1)],
    NOW + OPEN_MS,
    { state: 'half-open', reason: 'status 503', until: NOW + OPEN_MS },
  ],
])('after %s', (_, acts, at, state) => {
  const breaker = new Breaker();
  for (const act of acts) act(breaker);
  expect(breaker.state(at)).toEqual(state);
});
