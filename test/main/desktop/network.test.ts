import { expect, it } from 'vitest';
import { networkSignature, watchNetwork } from '../../../src/main/desktop/network.ts';
import { FakeTimers } from '../../fakes/timers.ts';

const loopback = [{ address: '127.0.0.1', internal: true }];
const home = { lo: loopback, wlan0: [{ address: '192.168.1.7', internal: false }] };
const office = { lo: loopback, wlan0: [{ address: '10.0.0.9', internal: false }] };

it('a network is told by its addresses, in any order, and loopback is none', () => {
  expect(networkSignature(home)).not.toBe(networkSignature(office));
  expect(networkSignature({ wlan0: home.wlan0, lo: loopback })).toBe(networkSignature(home));
  expect(networkSignature({ lo: loopback })).toBe('');
});

it('a change is told once, the way through no network included, and not after the end', () => {
  const timers = new FakeTimers();
  let interfaces: typeof home | { lo: typeof loopback } = home;
  let changes = 0;
  const end = watchNetwork({
    read: () => interfaces as never,
    after: timers.after,
    onChange: () => (changes += 1),
  });
  const after = (next: typeof interfaces): number => {
    interfaces = next;
    timers.pass(5000);
    return changes;
  };
  expect(after(home)).toBe(0);
  expect(after({ lo: loopback })).toBe(0);
  expect(after(office)).toBe(1);
  expect(after(office)).toBe(1);
  end();
  expect([after(home), timers.waiting]).toEqual([1, 0]);
});
