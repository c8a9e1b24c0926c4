import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  freePortAbove,
  holderInLsof,
  listeningInodes,
  nameInTasklist,
  pidInNetstat,
  portHolder,
} from '../../src/main/gateway/port-holder.ts';
import { startGateway } from '../fakes/gateway.ts';

/** A taken port is told with the name of the program that has it, where the system gives that away. */
async function taken(): Promise<{ readonly port: number; readonly close: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

describe('a port that is taken', () => {
  test.runIf(process.platform === 'linux')('is told with its program', async () => {
    const other = await taken();
    const name = readFileSync('/proc/self/comm', 'utf8').trim();
    expect(await portHolder(other.port)).toEqual({ name, pid: process.pid });
    other.close();
    expect(await portHolder(other.port)).toBeNull();
  });

  test('stands in the gateway’s notice, and the gateway lives without listening', async () => {
    const other = await taken();
    const gateway = await startGateway({}, { port: other.port });
    const { baseUrl, notices } = gateway.runtime.status();
    expect(baseUrl).toBeNull();
    expect(notices).toMatchObject([{ code: 'port_in_use' }]);
    if (process.platform === 'linux') expect(notices[0]?.message).toContain(`process ${process.pid}`);
    await gateway.close();
    other.close();
  });

  test('gives way to another that is chosen in the settings, and tools are answered there', async () => {
    const other = await taken();
    const gateway = await startGateway({}, { port: other.port });
    const port = await freePortAbove('127.0.0.1', other.port);
    expect(port).toBeGreaterThan(other.port);
    const { gateway: section } = await gateway.client.call('settings.get');
    await gateway.client.call('settings.set', { section: 'gateway', value: { ...section, port } });
    await expect.poll(() => gateway.runtime.status().baseUrl).toBe(`http://127.0.0.1:${String(port)}/v1`);
    expect(gateway.runtime.status().notices).toEqual([]);
    await gateway.close();
    other.close();
  });
});

test('a notice about a taken port goes when that is not wanted any more', async () => {
  const other = await taken();
  const gateway = await startGateway({});
  const { gateway: section } = await gateway.client.call('settings.get');
  const choose = (port: number): Promise<unknown> =>
    gateway.client.call('settings.set', { section: 'gateway', value: { ...section, port } });
  await choose(other.port);
  await expect.poll(() => gateway.runtime.status().notices).toMatchObject([{ code: 'port_in_use' }]);
  await choose(Number(new URL(gateway.origin).port));
  await expect.poll(() => gateway.runtime.status().notices).toEqual([]);
  await gateway.close();
  other.close();
});

test('a port above is free, and taken ones are passed over', async () => {
  const other = await taken();
  expect(await freePortAbove('127.0.0.1', other.port - 1)).not.toBe(other.port);
  expect(await freePortAbove('127.0.0.1', 65_535)).toBeNull();
  other.close();
});

describe('what systems print is read', () => {
  test.each([
    ['p812\ncnode\nf23\n', { name: 'node', pid: 812 }],
    ['', null],
    ['p812\n', null],
  ])('lsof: %j', (text, holder) => {
    expect(holderInLsof(text)).toEqual(holder);
  });

  const NETSTAT = [
    '  Proto  Lokale Adresse         Remoteadresse          Status           PID',
    '  TCP    127.0.0.1:4141         127.0.0.1:50001        HERGESTELLT      99',
    '  TCP    127.0.0.1:41410        0.0.0.0:0              ABHÖREN          98',
    '  TCP    127.0.0.1:4141         0.0.0.0:0              ABHÖREN          4242',
    '  TCP    [::1]:5000             [::]:0                 ABHÖREN          77',
  ].join('\r\n');
  test.each([
    [4141, 4242],
    [5000, 77],
    [4142, null],
  ])('netstat for port %i', (port, pid) => {
    expect(pidInNetstat(NETSTAT, port)).toBe(pid);
  });

  test('tasklist', () => {
    expect(nameInTasklist('"LM Studio.exe","4242","Console","1","90,000 K"\r\n')).toBe('LM Studio.exe');
    expect(nameInTasklist('INFO: No tasks are running which match the specified criteria.\r\n')).toBeNull();
  });

  test('/proc/net/tcp, of which only listeners count', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:102D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5551 1',
      '   1: 0100007F:102D 0100007F:C351 01 00000000:00000000 00:00000000 00000000     0        0 5552 1',
      '   2: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5553 1',
    ].join('\n');
    expect(listeningInodes(table, 0x102d)).toEqual(['5551']);
  });
});
