import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Lab, startLab } from './lab.ts';
import { answerText, chunk, startRawUpstream } from './raw-upstream.ts';
import { TURN, begin } from './tool.ts';
import { accountAt, startGateway } from '../fakes/gateway.ts';

/** Row before last byte: whoever has seen a turn's end finds its row in the file, even if the gateway dies at that moment. */
let lab: Lab;
let ledger: DatabaseSync;

beforeAll(async () => {
  lab = await startLab();
  // A connection of its own sees what is committed, and nothing else.
  ledger = openLedger(lab.gateway.home);
});
beforeEach(() => lab.forget());
afterAll(async () => {
  ledger.close();
  await lab.close();
});

const STREAM = { ...TURN, stream: true };
const CHAT = { path: '/v1/chat/completions' };
const CHAT_BODY = { model: 'm', messages: [], stream: true, stream_options: { include_usage: true } };

function openLedger(home: string): DatabaseSync {
  return new DatabaseSync(join(home, 'ledger.sqlite'), { readOnly: true });
}

function rowOf(from: DatabaseSync, id: string | undefined): Record<string, unknown> | undefined {
  const columns = 'status, partial, tokens_output, tier_served, error';
  return from.prepare(`SELECT ${columns} FROM turn WHERE id = ?`).get(id ?? '');
}

describe('while the provider still holds the end of its stream, the row is there when the tool has the terminal event', () => {
  test.each<[string, object, string]>([
    ['Responses', { body: STREAM }, 'event: response.completed'],
    ['Responses in CRLF lines', { body: STREAM }, 'event: response.completed'],
    ['Responses without event names', { body: STREAM }, '"type":"response.completed"'],
    ['Responses, byte by byte', { body: STREAM }, '"type":"response.completed"'],
    ['Chat', { ...CHAT, body: CHAT_BODY }, '[DONE]'],
    ['Responses in gzip', { body: STREAM }, ''],
    ['Responses in br', { body: STREAM }, ''],
    ['Responses in zstd', { body: STREAM }, ''],
    ['Chat in gzip', { ...CHAT, body: CHAT_BODY }, ''],
  ])('%s', async (name, call, terminal) => {
    const begun = Promise.withResolvers<undefined>();
    const held = Promise.withResolvers<undefined>();
    const coding = (['gzip', 'br', 'zstd'] as const).find((one) => name.endsWith(one));
    lab.upstream.next({
      kind: 'answer',
      pause: (event) => (event === 1 ? begun.promise : undefined),
      ...(name.includes('CRLF') ? { lineEnd: '\r\n' as const } : {}),
      ...(name.includes('without event') ? { eventNames: false } : {}),
      ...(name.includes('byte') ? { writes: 'bytes' as const } : {}),
      ...(coding === undefined ? {} : { coding }),
    });
    // The end of the body is held back on the wire, so that only the terminal event can have made the row.
    lab.upstream.server.prependOnceListener('request', (_, response: ServerResponse) => {
      const end = response.end.bind(response);
      response.end = () => {
        void held.promise.then(() => end());
        return response;
      };
    });
    const answer = await begin(lab.origin, call);
    const id = answer.header('x-tiergate-turn');
    expect(rowOf(ledger, id)).toBeUndefined();
    begun.resolve(undefined);
    if (terminal === '') await expect.poll(() => rowOf(ledger, id)).toBeDefined();
    else await answer.until(terminal);
    expect(rowOf(ledger, id)).toEqual({
      status: 200,
      partial: 0,
      tokens_output: 40,
      tier_served: 'default',
      error: null,
    });
    held.resolve(undefined);
    expect((await answer.whole()).broken).toBe(false);
    expect(await lab.newRows()).toHaveLength(1);
  });
});

describe('the row of a JSON answer is there when the tool has its last byte', () => {
  const body = JSON.stringify({
    id: 'resp_1',
    model: 'm',
    service_tier: 'flex',
    usage: { input_tokens: 1, output_tokens: 2 },
  });
  const head = ['200 OK', 'Content-Type: application/json'];

  test.each<[string, (socket: Socket) => void]>([
    ['of announced length', (socket) => socket.write(answerText([...head, `Content-Length: ${body.length}`], body))],
    [
      'of announced length, in two writes',
      (socket) => {
        socket.write(answerText([...head, `Content-Length: ${body.length}`], body.slice(0, -1)));
        setImmediate(() => socket.write(body.slice(-1)));
      },
    ],
    [
      'in chunks',
      (socket) => {
        socket.write(answerText([...head, 'Transfer-Encoding: chunked']));
        for (const letter of body) socket.write(chunk(letter));
        socket.write(chunk(''));
      },
    ],
    ['ended by the connection', (socket) => socket.end(answerText([...head, 'Connection: close'], body))],
  ])('%s', async (_, answerWith) => {
    const upstream = await startRawUpstream(answerWith);
    const gateway = await startGateway({ accounts: [accountAt(upstream.baseUrl)] });
    const own = openLedger(gateway.home);
    try {
      const answer = await begin(gateway.origin, {});
      const { broken, text } = await answer.whole();
      expect({ broken, text }).toEqual({ broken: false, text: body });
      expect(rowOf(own, answer.header('x-tiergate-turn'))).toMatchObject({
        partial: 0,
        tokens_output: 2,
        tier_served: 'flex',
      });
    } finally {
      own.close();
      await gateway.close();
      await upstream.close();
    }
  });

  test('the last byte of announced length is the end, though the connection stays open', async () => {
    lab.upstream.next({ kind: 'answer' });
    const answer = await begin(lab.origin, {});
    let read = 0;
    while (read < Number(answer.header('content-length'))) read += (await answer.piece())?.length ?? 0;
    expect(rowOf(ledger, answer.header('x-tiergate-turn'))).toMatchObject({ partial: 0, tokens_output: 40 });
  });
});
