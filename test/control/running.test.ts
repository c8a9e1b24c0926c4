import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { announce, findRunning, hostInUrl, unannounce, windowUrl } from '../../src/main/control/running.ts';
import { createControlClient } from '../../src/shared/control.ts';
import { type TestGateway, startGateway } from '../fakes/gateway.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function file(): string {
  return join(home, 'control.json');
}

describe('the word that a gateway leaves for commands', () => {
  test('can be read by its owner alone, also where an older one could be read by all', () => {
    writeFileSync(file(), 'old', { mode: 0o644 });
    announce(home, { host: '127.0.0.1', port: 4141, token: 'secret' });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ host: '127.0.0.1', port: 4141, token: 'secret' });
    unannounce(home, 'secret');
    expect(existsSync(file())).toBe(false);
    expect(() => {
      unannounce(home, 'secret');
    }).not.toThrow();
  });

  test('is not taken back by an earlier gateway that still drains', () => {
    announce(home, { host: '127.0.0.1', port: 4141, token: 'earlier' });
    announce(home, { host: '127.0.0.1', port: 4242, token: 'next' });
    unannounce(home, 'earlier');
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ token: 'next' });
  });

  test.each<[name: string, text: string | null]>([
    ['is not there', null],
    ['is no JSON', '{'],
    ['lacks the token', '{"host":"127.0.0.1","port":4141}'],
    ['is of another kind', '[]'],
  ])('that %s means that none is running', async (_name, text) => {
    if (text !== null) writeFileSync(file(), text);
    expect(await findRunning(home)).toBeNull();
  });

  test.each<[name: string, body: string]>([
    ['a page', '<html>'],
    ['other JSON', '{"hello":true}'],
    ['a refusal', '{"ok":false,"error":{"code":"session_token_invalid","message":"","next":""}}'],
  ])('that leads to another program, which answers %s, means that none is running', async (_name, body) => {
    const server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    announce(home, { host: '127.0.0.1', port: (server.address() as AddressInfo).port, token: 'x' });
    expect(await findRunning(home)).toBeNull();
    server.closeAllConnections();
    server.close();
  });

  test('that leads nowhere means that none is running', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    announce(home, { host: '127.0.0.1', port, token: 'x' });
    expect(await findRunning(home)).toBeNull();
  });
});

describe('a gateway that runs', () => {
  let gateway: TestGateway;

  beforeEach(async () => {
    gateway = await startGateway();
  });

  afterEach(() => gateway.close());

  test('is found by its data folder and answers the contract', async () => {
    const carrier = await findRunning(gateway.home);
    if (carrier === null) throw new Error('not found');
    const client = createControlClient(carrier);
    expect(await client.call('status.get')).toMatchObject({ home: gateway.home, version: 'test' });
    await expect(client.call('tool.revoke', { name: 'nobody' })).rejects.toMatchObject({ code: 'tool_unknown' });
  });

  test('keeps a second one away from its ledger, and takes its word back at the end', async () => {
    const { startRuntime } = await import('../../src/main/runtime.ts');
    await expect(startRuntime({ home: gateway.home, port: 0, version: 'second' })).rejects.toMatchObject({
      code: 'gateway_running',
    });
    await gateway.runtime.stop();
    expect(existsSync(join(gateway.home, 'control.json'))).toBe(false);
    expect(await findRunning(gateway.home)).toBeNull();
  });
});

test.each<[host: string, url: string]>([
  ['127.0.0.1', 'http://127.0.0.1:4141/_tiergate/#session=t'],
  ['localhost', 'http://localhost:4141/_tiergate/#session=t'],
  ['::1', 'http://[::1]:4141/_tiergate/#session=t'],
])('the window on %s has its token where no server sees it', (host, url) => {
  expect(windowUrl({ host, port: 4141, token: 't' })).toBe(url);
  expect(hostInUrl(host)).toBe(new URL(url).hostname);
});
