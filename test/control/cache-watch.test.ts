import { beforeEach, expect, test } from 'vitest';
import { CacheWatch } from '../../src/main/control/cache-watch.ts';
import { type TurnSample, sampleTurn } from '../fakes/turn-sample.ts';

let told: (string | null)[];
let watch: CacheWatch;
let number: number;

beforeEach(() => {
  told = [];
  number = 0;
  watch = new CacheWatch((reason) => told.push(reason));
});

function turn(sent: string | null, cached: number | null, more: TurnSample = {}): void {
  number += 1;
  watch.recorded(sampleTurn(number, { tiers: { sent }, tokens: { input: 20_000, cached }, ...more }));
}

test('a change of tier that costs the cache is told, and so is the end of it', () => {
  turn('priority', 16_000);
  turn('priority', 16_500);
  expect(told).toEqual([]);
  turn('default', 0);
  expect(told).toEqual(['codex, gpt-5.5: priority → default, 16500 tokens.']);
  turn('default', 18_000);
  expect(told).toEqual(['codex, gpt-5.5: priority → default, 16500 tokens.', null]);
});

test('another session’s cache does not end it', () => {
  turn(null, 9000);
  turn('flex', 100);
  turn('flex', 9000, { session: 'other' });
  expect(told).toEqual(['codex, gpt-5.5: no tier → flex, 8900 tokens.']);
});

test('turns without a session or without tokens tell nothing', () => {
  turn('priority', 16_000, { session: null });
  turn('default', 0, { session: null });
  turn('priority', 16_000);
  turn('default', null);
  expect(told).toEqual([]);
});

test('a session that was quiet for long is forgotten', () => {
  turn('priority', 16_000);
  for (let other = 1; other <= 500; other += 1) turn('priority', 16_000, { session: `other-${other}` });
  turn('default', 0);
  expect(told).toEqual([]);
});
