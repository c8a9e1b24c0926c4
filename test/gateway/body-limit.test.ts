import { once } from 'node:events';
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import { connectRaw, heard, request, statuses, turnLines } from './raw-socket.ts';
import { TURN, answerTo, dialOpen, send } from './tool.ts';

/** Bodies that are larger than the limit, longer than they say, or never come whole. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(() => lab.forget());
afterEach(async () => {
  expect(lab.upstream.requests).toEqual([]);
  expect(await lab.newRows()).toEqual([]);
  expect((await send(lab.origin)).status).toBe(200);
});
afterAll(() => lab.close());

const MIB = 1024 * 1024;

test('an announced length over the limit gets 413 before a byte of the body is sent', async () => {
  const call = dialOpen(lab.origin, { headers: { 'content-length': 70 * MIB } });
  call.flushHeaders();
  const answer = await answerTo(call);
  expect(answer.status).toBe(413);
  expect((await answer.whole()).error).toMatchObject({
    type: 'invalid_request_error',
    code: 'body_too_large',
    message: 'Request body too large, limit is 64 MiB. Send less, or raise gateway.bodyLimitMiB in the settings.',
  });
  answer.leave();
});

test('a tool that asks before it sends is told 413 and not "continue"', async () => {
  const socket = await connectRaw(lab.origin);
  const lines = turnLines(lab.origin, '').map((line) =>
    line.startsWith('Content-Length') ? `Content-Length: ${70 * MIB}` : line,
  );
  socket.write(request([...lines, 'Expect: 100-continue']));
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(statuses(first.toString())).toEqual([413]);
  socket.destroy();
});

describe('a tool that sends on regardless, on a connection it means to keep, gets its 413 and not a reset', () => {
  let agent: Agent;
  beforeEach(() => {
    agent = new Agent({ keepAlive: true });
  });
  afterEach(() => {
    agent.destroy();
  });

  test('with 70 MiB of announced length', async () => {
    const answer = await send(lab.origin, { body: Buffer.alloc(70 * MIB, 32), agent });
    expect(answer.status).toBe(413);
    expect((await send(lab.origin, { agent })).status).toBe(200);
    await lab.forget();
  });

  test('with 100 MiB in chunks, once it is over the limit', async () => {
    const call = dialOpen(lab.origin, { agent });
    const answered = answerTo(call);
    Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(MIB, 32))).pipe(call);
    const answer = await (await answered).whole();
    expect([answer.status, answer.error.code]).toEqual([413, 'body_too_large']);
  });
});

test.each([
  ['announced', true],
  ['chunked', false],
])('a body that the tool breaks off is no turn: %s', async (_, announced) => {
  const before = lab.gateway.runtime.status().refused['body_unreadable'] ?? 0;
  const call = dialOpen(lab.origin, announced ? { headers: { 'content-length': 1000 } } : {});
  call.on('error', () => undefined);
  call.write(JSON.stringify(TURN).slice(0, 10));
  // The gateway must have begun to read, or it would not know of the turn at all.
  await expect.poll(() => lab.gateway.runtime.status().openTurns).toBe(1);
  call.destroy();
  await expect.poll(() => lab.gateway.runtime.status().refused['body_unreadable'] ?? 0).toBe(before + 1);
  await expect.poll(() => lab.gateway.runtime.status().openTurns).toBe(0);
});

test('a body that is shorter than it says, from a tool that then only listens, is no turn', async () => {
  const socket = await connectRaw(lab.origin);
  const body = JSON.stringify(TURN);
  const lines = turnLines(lab.origin, `${body}   `);
  socket.end(request(lines, body));
  expect(statuses(await heard(socket))).toEqual([400]);
});

test('what comes after the announced length ends the connection and never goes up', async () => {
  const socket = await connectRaw(lab.origin);
  const body = JSON.stringify(TURN);
  socket.write(request(turnLines(lab.origin, body), `${body}{"service_tier":"priority"}`));
  expect(statuses(await heard(socket))).toHaveLength(1);
  await expect.poll(() => lab.gateway.runtime.status().openTurns).toBe(0);
  for (const one of lab.upstream.requests) expect(one.body.toString()).toBe(body);
  await lab.forget();
});
