import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Lab, startLab } from './lab.ts';
import { connectRaw, heard, request, statuses, turnLines } from './raw-socket.ts';
import { TURN, begin, send } from './tool.ts';

/** A gateway that is asked to stop lets open turns end, takes no new ones, and is gone when it says so. */
let lab: Lab;

beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab.close());

const STREAM = { body: { ...TURN, stream: true } };

test('an open stream ends whole, its row is kept, and the gateway waits for it', async () => {
  const gate = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 5 ? gate.promise : undefined) });
  const answer = await begin(lab.origin, STREAM);
  await answer.until('"delta"');
  let stopped = false;
  const stopping = lab.gateway.runtime.stop().then(() => (stopped = true));
  // A new connection is not even taken.
  await expect(send(lab.origin)).rejects.toThrow(/ECONNREFUSED|hang up|ECONNRESET/);
  expect(stopped).toBe(false);
  gate.resolve(undefined);
  const whole = await answer.whole();
  expect(whole.broken).toBe(false);
  expect(whole.text).toContain('response.completed');
  await stopping;
  const ledger = new DatabaseSync(join(lab.gateway.home, 'ledger.sqlite'), { readOnly: true });
  expect(ledger.prepare('SELECT status, partial FROM turn').all()).toEqual([{ status: 200, partial: 0 }]);
  ledger.close();
});

test('a request that comes on an open connection meanwhile gets 503, the reason, and the connection’s end', async () => {
  const gate = Promise.withResolvers<undefined>();
  lab.upstream.next({ kind: 'answer', pause: (event) => (event === 5 ? gate.promise : undefined) });
  const open = await begin(lab.origin, STREAM);
  await open.until('"delta"');
  const body = JSON.stringify(TURN);
  const lines = turnLines(lab.origin, body).filter((line) => !line.startsWith('Connection'));
  const late = await connectRaw(lab.origin);
  // Its headers have begun, so the connection is not idle.
  late.write(`${lines[0] ?? ''}\r\n`);
  await send(lab.origin, { path: '/healthz', method: 'GET', body: '' });
  const stopping = lab.gateway.runtime.stop();
  late.write(request(lines.slice(1), body));
  const answer = await heard(late);
  expect(statuses(answer)).toEqual([503]);
  expect(answer).toContain('gateway_stopping');
  expect(answer.toLowerCase()).toContain('connection: close');
  gate.resolve(undefined);
  expect((await open.whole()).broken).toBe(false);
  await stopping;
  expect(lab.upstream.requests).toHaveLength(1);
});

test('idle connections of tools and an open window do not hold it up', async () => {
  const idle = await connectRaw(lab.origin);
  const ended = heard(idle);
  const { hash } = new URL(lab.gateway.runtime.windowUrl() ?? '');
  const token = hash.slice('#session='.length);
  const window = new WebSocket(`${lab.origin.replace('http', 'ws')}/_tiergate/events`, [
    'tiergate',
    `session.${token}`,
  ]);
  await once(window, 'open');
  const closed = once(window, 'close');
  const begun = performance.now();
  await lab.gateway.runtime.stop();
  expect(performance.now() - begun).toBeLessThan(3000);
  await Promise.all([ended, closed]);
});

test('asked twice it stops once; afterwards nothing listens and no word of it is left', async () => {
  const { runtime, home } = lab.gateway;
  expect(existsSync(join(home, 'control.json'))).toBe(true);
  await Promise.all([runtime.stop(), runtime.stop()]);
  await expect(send(lab.origin)).rejects.toThrow('ECONNREFUSED');
  expect(existsSync(join(home, 'control.json'))).toBe(false);
});
