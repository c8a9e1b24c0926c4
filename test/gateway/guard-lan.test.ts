import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isLoopback, refuseForeign } from '../../src/main/gateway/guard.ts';

/** What the guard makes of names and addresses where the local network is let in, whatever network this machine is in. */
function refusal(host: string, reachedAt: string | null): string | null {
  return refuseForeign({ rawHeaders: ['Host', host] }, false, reachedAt)?.code ?? null;
}

describe('a Host is refused', () => {
  test.each([
    ['of another machine', '10.0.0.6', '10.0.0.5'],
    ['that only begins like the address', '10.0.0.50', '10.0.0.5'],
    ['with the address in it', '10.0.0.5.evil.example', '10.0.0.5'],
    ['with the address in another notation', '0x0a000005', '10.0.0.5'],
    ['with the address short', '10.5', '10.0.0.5'],
    ['with a port that is none', '10.0.0.5:x', '10.0.0.5'],
    ['with a user', 'evil@10.0.0.5', '10.0.0.5'],
    ['of another IPv6 machine', '[fd00::6]', 'fd00::5'],
    ['in IPv6 without brackets', 'fd00::5', 'fd00::5'],
    ['in IPv4 that claims to be IPv6', '[::ffff:10.0.0.5]', '::ffff:10.0.0.5'],
    ['with a name that ends like this machine’s', `evil-${hostname()}`, '10.0.0.5'],
    ['with a name below this machine’s', `evil.${hostname()}`, '10.0.0.5'],
    ['with this machine’s name in another domain', `${hostname()}.evil.example`, '10.0.0.5'],
    ['of the network, reached by loopback', '10.0.0.5', '127.0.0.1'],
    ['of the network, where none is let in', '10.0.0.5', null],
    ['with this machine’s name, where no network is let in', hostname(), null],
  ])('%s', (_, host, reachedAt) => {
    // A machine may be called localhost, which is always served.
    if (host === 'localhost') return;
    expect(refusal(host, reachedAt)).toBe('host_refused');
  });
});

test.each([
  ['10.0.0.5', '10.0.0.5'],
  ['10.0.0.5:4141', '::ffff:10.0.0.5'],
  ['[fd00::5]:4141', 'fd00::5'],
  ['[FD00:0:0:0:0:0:0:5]', 'fd00::5'],
  ['[fe80::1]', 'fe80::1%eth0'],
  [hostname(), '10.0.0.5'],
  [`${hostname()}.local:4141`, 'fd00::5'],
  ['127.0.0.1:4141', '127.0.0.1'],
])('the Host %s is served where %s was reached', (host, reachedAt) => {
  expect(refusal(host, reachedAt)).toBeNull();
});

test.each<[string | undefined, boolean]>([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.5', false],
  ['::ffff:10.0.0.5', false],
  ['fd00::1', false],
  ['::', false],
  ['0.0.0.0', false],
  ['127.0.0.1.evil', false],
  ['', false],
  [undefined, false],
])('a connection from %s began on this machine: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
