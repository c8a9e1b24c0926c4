import { expect, test } from 'vitest';
import type { UpstreamRequest } from '../../src/main/upstream/dispatch.ts';
import { SessionDump, dumpedDial } from '../../src/main/upstream/dump-session.ts';

const REQUEST = { origin: 'https://api.openai.com', path: '/v1/responses', headers: ['a', 'b'], protocols: ['x', 'y'] };

/** A dump that keeps what it is given in memory. */
class Notes {
  enabled = true;
  maxBytes = 10;
  readonly requests: UpstreamRequest[] = [];
  readonly answers: string[] = [];

  begin(_turn: string, _attempt: number, request: UpstreamRequest) {
    if (!this.enabled) return null;
    const at = this.requests.push(request) - 1;
    this.answers[at] = '';
    const say = (text: string): void => {
      this.answers[at] = (this.answers[at] ?? '') + text;
    };
    return {
      response: (status: number) => {
        say(`<${status}>`);
      },
      data: (chunk: Buffer) => {
        say(chunk.toString());
      },
      full: false,
      end: (failure: string | null) => {
        say(`<${failure ?? 'end'}>`);
      },
    };
  }

  /** The body of a request. */
  body(at: number): string {
    const body = this.requests[at]?.body;
    return Array.isArray(body) ? Buffer.concat(body as Buffer[]).toString() : '';
  }
}

function sessionOf(notes: Notes): SessionDump {
  return new SessionDump(notes, { request: REQUEST, rawHeaders: [], own: {} });
}

test('a turn’s request is the handshake, what went up before it, and its own message', () => {
  const notes = new Notes();
  const session = sessionOf(notes);
  session.sent(Buffer.from('one'));
  session.turn('t', 1, Buffer.from('two'))?.end(null);
  session.turn('u', 1, Buffer.from('three'))?.end(null);
  expect([notes.body(0), notes.body(1)]).toEqual(['one\ntwo\n', 'three\n']);
  expect(notes.requests[0]).toMatchObject({
    method: 'GET',
    path: '/v1/responses',
    headers: ['connection', 'Upgrade', 'upgrade', 'websocket', 'sec-websocket-protocol', 'x, y', 'a', 'b'],
  });
});

test('of what went up before a turn no more is held than is kept of a request, the newest', () => {
  const notes = new Notes();
  const session = sessionOf(notes);
  for (const said of ['1234', '5678', '9a', 'much too long for it', 'bc']) session.sent(Buffer.from(said));
  session.turn('t', 1, Buffer.from('turn'));
  expect(notes.body(0)).toBe('bc\nturn\n');
});

test('nor more than a thousand messages, however short', () => {
  const notes = new Notes();
  notes.maxBytes = 1_000_000;
  const session = sessionOf(notes);
  for (let number = 0; number < 1005; number += 1) session.sent(Buffer.from(String(number)));
  session.turn('t', 1, null);
  expect(notes.body(0).split('\n').slice(0, 2)).toEqual(['5', '6']);
});

test('nothing is held while dumps are off', () => {
  const notes = new Notes();
  const session = sessionOf(notes);
  session.sent(Buffer.from('before'));
  notes.enabled = false;
  session.sent(Buffer.from('meanwhile'));
  expect(session.turn('t', 1, Buffer.from('turn'))).toBeNull();
  notes.enabled = true;
  session.turn('u', 1, Buffer.from('next'));
  expect(notes.body(0)).toBe('next\n');
});

test('a message of which only the beginning is there says so', () => {
  const notes = new Notes();
  const turn = sessionOf(notes).turn('t', 1, null);
  turn?.message(Buffer.from('{"whole":1}'), true);
  turn?.message(Buffer.from('{"type":"'), false);
  turn?.end('upstream_cut');
  expect(notes.answers[0]).toBe(
    '<101>{"whole":1}\n{"type":"\n[the rest of this message was too large]\n<upstream_cut>',
  );
});

test('a dial that failed is written down when its turn is known, and not kept while dumps are off', () => {
  const notes = new Notes();
  const refused = { kind: 'refused', status: 401, rawHeaders: [], body: Buffer.from('no'), request: REQUEST } as const;
  dumpedDial(notes, refused, {})?.('t', 1);
  dumpedDial(notes, { kind: 'timeout', request: REQUEST }, {})?.('t', 2);
  dumpedDial(notes, { kind: 'unreachable', code: 'ECONNREFUSED', request: REQUEST }, {})?.('t', 3);
  expect(notes.answers).toEqual(['<401>no<end>', '<timeout>', '<ECONNREFUSED>']);
  notes.enabled = false;
  expect(dumpedDial(notes, refused, {})).toBeNull();
});
