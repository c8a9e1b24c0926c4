import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');
// What is not an address at all leads here too, when it is connected to.
LOOPBACK.addAddress('0.0.0.0');
LOOPBACK.addAddress('::', 'ipv6');

/** True when an address, or a name that needs no asking, is this machine's; `host` as in a URL, in brackets or not. */
export function isOwnHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (/^(?:.+\.)?localhost\.?$/.test(bare)) return true;
  // An IPv4 address in IPv6's clothes counts as what it is: Node compares mapped addresses so.
  const family = isIPv4(bare) ? 'ipv4' : isIPv6(bare) ? 'ipv6' : null;
  if (family === null) return false;
  if (LOOPBACK.check(bare, family)) return true;
  const own = new BlockList();
  for (const { address, family: kind } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    own.addAddress(address, kind === 'IPv4' ? 'ipv4' : 'ipv6');
  return own.check(bare, family);
}
