import { describe, expect, test } from 'vitest';
import { headersUp, holdsLocalKey, queryUp } from '../../src/main/upstream/headers.ts';

const LOCAL = 'tg-0123456789abcdefghij_-KLMNOP';
const HINT = 'x-codex-routing-hint';

/** What goes up of the tool's headers, without what the gateway adds. */
function up(raw: readonly string[], judgedValue: string | null = null): readonly string[] {
  const flat = headersUp(raw, { key: null, judged: { name: HINT, value: judgedValue } });
  expect(flat.slice(-2)).toEqual(['accept-encoding', 'identity']);
  return flat.slice(0, -2);
}

describe('the tool’s headers as they go up', () => {
  test('keep names, letter case, order and repetition', () => {
    const raw = [
      'User-Agent',
      'codex_cli',
      'X-Odd',
      'b',
      'x-odd',
      'a',
      'OpenAI-Beta',
      'x',
      'session_id',
      's',
      'Content-Type',
      'application/json',
    ];
    expect(up(raw)).toEqual(raw);
  });

  test('keep values byte for byte', () => {
    const raw = ['x-odd', ' caf\u00e9;  a="b,c" ', 'x-empty', ''];
    expect(up(raw)).toEqual(raw);
  });

  test.each([
    // Of the connection, not of the message.
    ...['Connection', 'Keep-Alive', 'Proxy-Authenticate', 'Proxy-Authorization', 'Proxy-Connection', 'TE', 'Trailer'],
    ...['Transfer-Encoding', 'Upgrade', 'Expect', 'Host', 'Content-Length', 'Content-Encoding', 'Accept-Encoding'],
    // Credentials.
    ...['Authorization', 'AUTHORIZATION', 'X-Api-Key', 'api-key', 'Cookie'],
    // Where the request came from.
    ...['Forwarded', 'X-Forwarded-For', 'x-forwarded-host', 'X-FORWARDED-PROTO', 'Via', 'X-Real-IP', 'Origin'],
    ...['Sec-Fetch-Site', 'sec-fetch-mode', 'X-Tiergate-Session', 'x-tiergate-anything'],
  ])('leave %s behind', (name) => {
    expect(up(['a', '1', name, 'value', 'z', '2'])).toEqual(['a', '1', 'z', '2']);
  });

  test.each(['X-Forwarded', 'Tiergate', 'X-TiergateX', 'x-api-key-name', 'Authorization-Info', 'Viaduct'])(
    'take %s along, which only looks like one of those',
    (name) => {
      expect(up([name, 'value'])).toEqual([name, 'value']);
    },
  );

  test('leave behind what the connection names as its own, however it is spelled', () => {
    const raw = [
      'Connection',
      'close, X-One ,x-TWO',
      'x-one',
      '1',
      'X-Two',
      '2',
      'x-three',
      '3',
      'connection',
      'x-four',
      'X-Four',
      '4',
    ];
    expect(up(raw)).toEqual(['x-three', '3']);
  });

  test('the provider’s key is the only credential, and is written last', () => {
    const raw = ['Authorization', `Bearer ${LOCAL}`, 'x-api-key', LOCAL, 'Accept', '*/*'];
    expect(headersUp(raw, { key: 'sk-1', judged: { name: HINT, value: null } })).toEqual([
      ...['Accept', '*/*'],
      ...['accept-encoding', 'identity'],
      ...['authorization', 'Bearer sk-1'],
    ]);
  });
});

describe('attack: another ChatGPT account beside a login’s token', () => {
  test('only the login’s own is named, however the tool spells it', () => {
    const raw = ['ChatGPT-Account-Id', 'theirs', 'chatgpt_account_id', 'theirs', 'x-odd', 'a'];
    const judged = { name: HINT, value: null };
    expect(headersUp(raw, { key: 'token', accountId: 'ours', judged })).toEqual([
      'x-odd',
      'a',
      'accept-encoding',
      'identity',
      'authorization',
      'Bearer token',
      'chatgpt-account-id',
      'ours',
    ]);
  });
});

describe('attack: framing and coding named as the connection’s own', () => {
  test.each(['content-type', 'Content-Type', 'CONTENT-TYPE'])('%s cannot be stripped that way', (name) => {
    const raw = ['Connection', name, 'Content-Type', 'application/json'];
    expect(up(raw)).toEqual(['Content-Type', 'application/json']);
  });
});

describe('attack: the tier in the header beside the body', () => {
  test.each<[value: string | null, sent: readonly string[]]>([
    ['model=m;tier=default', ['X-Codex-Routing-Hint', 'model=m;tier=default']],
    [null, []],
  ])('what the door says of it goes up: %j', (value, sent) => {
    expect(up(['X-Codex-Routing-Hint', 'model=m;tier=priority'], value)).toEqual(sent);
  });

  test('an underscore does not carry it past the door', () => {
    expect(
      up(['x_codex_routing_hint', 'tier=priority', 'X-Codex_Routing-Hint', 'tier=priority'], 'tier=default'),
    ).toEqual([]);
  });
});

describe('attack: an underscore where some servers read a hyphen', () => {
  test.each([
    'anthropic_beta',
    'X_API_KEY',
    'content_length',
    'transfer_encoding',
    'x_forwarded_for',
    'x_tiergate_key',
  ])('%s stays here like its twin', (name) => {
    expect(up([name, '5', 'session_id', 's'])).toEqual(['session_id', 's']);
  });
});

describe('attack: a local key on its way up', () => {
  test.each<[what: string, value: string]>([
    ['alone', LOCAL],
    ['in a longer text', `key=${LOCAL}; x`],
    ['percent-encoded', LOCAL.replaceAll('-', '%2D')],
    ['percent-encoded letter by letter', Buffer.from(LOCAL).toString('hex').replaceAll(/../g, '%$&')],
    ['beside a percent sign that means nothing', `100% ${LOCAL.replace('tg', '%74g')}`],
  ])('%s in any header or part of the query stays here', (_what, value) => {
    expect(holdsLocalKey(value)).toBe(true);
    expect(up(['x-anything', value, 'x-other', 'kept'])).toEqual(['x-other', 'kept']);
    expect(queryUp(`?a=1&k=${value}&b=2`)).toBe('?a=1&b=2');
  });

  test.each<[what: string, value: string]>([
    ['with its last letters encoded', `${LOCAL.slice(0, 10)}%${LOCAL.charCodeAt(10).toString(16)}${LOCAL.slice(11)}`],
    ['encoded, behind a decoy', `tg-x ${LOCAL.replace('tg', '%74g')}`],
  ])('%s stays here as well', (_what, value) => {
    expect(holdsLocalKey(value)).toBe(true);
  });

  test.each(['tg-short', 'tg-', 'a tg-shirt for everyone', '100%', 'sk-0123456789abcdefghijklmnop'])(
    '%j is no local key',
    (value) => {
      expect(holdsLocalKey(value)).toBe(false);
      expect(up(['x-anything', value])).toEqual(['x-anything', value]);
    },
  );
});

describe('the query as it goes up', () => {
  test.each<[query: string, sent: string]>([
    ['', ''],
    ['?', '?'],
    ['?api-version=1', '?api-version=1'],
    ['?a=1&a=2&&b=%20+', '?a=1&a=2&&b=%20+'],
    [`?key=${LOCAL}`, ''],
    [`?${LOCAL}&a=1`, '?a=1'],
    ['?service_tier=priority', ''],
    ['?a=1&Service_Tier=priority', '?a=1'],
    ['?service%5Ftier=priority&a=1', '?a=1'],
    ['?%73ervice_tier=priority&a=1', '?a=1'],
  ])('%j goes up as %j', (query, sent) => {
    expect(queryUp(query)).toBe(sent);
  });
});

test('a header that the account’s owner has set takes the place of the tool’s, whatever its letter case', () => {
  const up = headersUp(['X-Title', 'the tool', 'x-other', 'stays'], {
    key: null,
    judged: { name: 'x-codex-routing-hint', value: null },
    set: { 'x-title': 'the owner', 'X-New': '1' },
  });
  expect(up).toEqual(['x-other', 'stays', 'x-title', 'the owner', 'X-New', '1', 'accept-encoding', 'identity']);
});
