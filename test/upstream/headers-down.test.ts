import { describe, expect, test } from 'vitest';
import { headersDown } from '../../src/main/upstream/headers.ts';
import { headersOf } from '../../src/main/upstream/pass-through.ts';

describe('the upstream’s headers as they come down', () => {
  test('keep names, letter case, order and repetition, as texts or as bytes', () => {
    const raw = ['X-Request-Id', 'req_1', 'Content-Type', 'Application/JSON', 'x-odd', 'a', 'X-Odd', 'caf\u00e9'];
    for (const rawHeaders of [raw, raw.map((part) => Buffer.from(part, 'latin1'))])
      expect(headersDown(headersOf({ rawHeaders }))).toEqual({
        flat: raw,
        contentType: 'application/json',
        contentEncoding: '',
        contentLength: null,
      });
  });

  test.each([
    // Of the connection, not of the message.
    ...['Connection', 'Keep-Alive', 'Transfer-Encoding', 'Trailer', 'Upgrade', 'Proxy-Authenticate', 'TE'],
    // Promises and grants that a browser would take as this gateway's own.
    ...['Set-Cookie', 'Alt-Svc', 'Strict-Transport-Security', 'Public-Key-Pins'],
    ...['Access-Control-Allow-Origin', 'access-control-allow-credentials', 'ACCESS-CONTROL-EXPOSE-HEADERS'],
    ...['X-Tiergate-Session', 'x-tiergate-anything'],
  ])('leave %s behind', (name) => {
    expect(headersDown(['a', '1', name, 'value', 'z', '2']).flat).toEqual(['a', '1', 'z', '2']);
  });

  test('leave behind what the connection names as its own', () => {
    expect(headersDown(['Connection', 'X-One, close', 'x-one', '1', 'x-two', '2']).flat).toEqual(['x-two', '2']);
  });

  test.each<[raw: readonly string[], facts: object]>([
    [['Content-Length', '12'], { contentLength: 12 }],
    [['content-length', '0'], { contentLength: 0 }],
    [['Content-Encoding', ' GZip '], { contentEncoding: 'gzip' }],
    [['Content-Encoding', 'Identity'], { contentEncoding: '' }],
    [['content-type', 'text/event-stream; charset=UTF-8'], { contentType: 'text/event-stream; charset=utf-8' }],
    [[], { contentType: '', contentEncoding: '', contentLength: null }],
  ])('%j says %j, and goes down as it is', (raw, facts) => {
    expect(headersDown(raw)).toMatchObject({ flat: [...raw], ...facts });
  });
});

describe('attack: framing and coding named as the connection’s own', () => {
  test('they cannot be stripped that way', () => {
    const raw = ['Content-Encoding', 'gzip', 'Content-Length', '5', 'Content-Type', 'application/json'];
    expect(headersDown(['Connection', 'content-encoding, Content-Length, content-type', ...raw])).toEqual({
      flat: raw,
      contentType: 'application/json',
      contentEncoding: 'gzip',
      contentLength: 5,
    });
  });
});
