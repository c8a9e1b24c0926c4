import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Call } from '../tool.ts';

/** Headers as they are to stand on the wire, also such as a well-behaved tool never sends twice. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const wire = (headers: Headers): OutgoingHttpHeaders => headers as OutgoingHttpHeaders;

/** One attempt to get a dear tier past the policy. */
export interface Attack {
  /** What it tries, in a few words. */
  readonly trick: string;
  readonly call: Call;
  /** The document that JSON readers are shown; unset is none. */
  readonly document?: Uint8Array;
  /** Where in it the readers look. */
  readonly path?: readonly string[];
  /** Through the account whose mapping knows `-fast` names. */
  readonly alias?: boolean;
}

/** Attacks of one kind. */
export interface AttackGroup {
  readonly title: string;
  readonly attacks: readonly Attack[];
}

const TURN = '"model":"gpt-5.5","input":"hi"';

function body(text: string | Uint8Array, call: Call, path: readonly string[]): Omit<Attack, 'trick'> {
  const document = Buffer.from(text);
  return { call: { ...call, body: document }, document, path };
}

/** On the Responses path: members beside a plain turn. */
function member(trick: string, members: string): Attack {
  return { trick, ...body(`{${TURN},${members}}`, {}, ['service_tier']) };
}

/** On the Responses path: a whole document. */
function whole(trick: string, text: string | Uint8Array, headers: Headers = {}): Attack {
  return { trick, ...body(text, { headers: wire(headers) }, ['service_tier']) };
}

function on(path: string, trick: string, text: string, headers: Headers = {}): Attack {
  return { trick, ...body(text, { path, headers: wire(headers) }, ['service_tier']) };
}

function messages(trick: string, members: string, headers: Headers = {}, path = '/v1/messages'): Attack {
  const text = `{"model":"claude-opus-5","max_tokens":9,"messages":[]${members === '' ? '' : `,${members}`}}`;
  return {
    trick,
    ...body(text, { path, headers: wire({ 'anthropic-version': '2023-06-01', ...headers }) }, ['speed']),
  };
}

const PLAIN = `{${TURN},"service_tier":"priority"}`;
const FAST = '"service_tier":"priority"';

const SPELLINGS: AttackGroup = {
  title: 'Spellings of the tier',
  attacks: [
    member('plainly', FAST),
    member('by its other name', '"service_tier":"fast"'),
    member('the dearest', '"service_tier":"ultrafast"'),
    member('in capitals', '"service_tier":"PRIORITY"'),
    member('in mixed case', '"service_tier":"Fast"'),
    member('with blanks around', '"service_tier":" priority "'),
    member('with a tab and a line feed', String.raw`"service_tier":"\tpriority\n"`),
    member('with a no-break space', '"service_tier":"\u00a0priority"'),
    member('with U+0085', '"service_tier":"\u0085priority"'),
    member('with a byte order mark', '"service_tier":"\ufefffast"'),
    member('with a control character', String.raw`"service_tier":"priority\u001f"`),
    member('with U+0000 behind it', String.raw`"service_tier":"priority\u0000"`),
    member('with U+0000 and more behind it', String.raw`"service_tier":"fast\u0000x"`),
    member('with an escaped letter', String.raw`"service_tier":"p\u0072iority"`),
    member('all escaped', String.raw`"service_tier":"\u0066\u0061\u0073\u0074"`),
    member('with the long s', '"service_tier":"fa\u017ft"'),
    member('with the dotted capital I', '"service_tier":"pr\u0130or\u0130ty"'),
    member('as a list', '"service_tier":["priority"]'),
    member('as an object', '"service_tier":{"service_tier":"priority"}'),
    member('as a number', '"service_tier":2'),
  ],
};

const NAMES: AttackGroup = {
  title: 'Names of the member',
  attacks: [
    member('an escaped letter', String.raw`"service\u005ftier":"priority"`),
    member(
      'all escaped',
      String.raw`"\u0073\u0065\u0072\u0076\u0069\u0063\u0065\u005f\u0074\u0069\u0065\u0072":"priority"`,
    ),
    member('with a capital', '"Service_tier":"priority"'),
    member('in capitals', '"SERVICE_TIER":"priority"'),
    member('with the long s', '"\u017fervice_tier":"priority"'),
    member('with the long s, escaped', String.raw`"\u017fervice_tier":"priority"`),
    member('with the dotted capital I', '"serv\u0130ce_tier":"priority"'),
    member('with U+0000 behind it', String.raw`"service_tier\u0000":"priority"`),
    member('with half a surrogate in it', String.raw`"service_\ud800tier":"priority"`),
    member('with a blank before', '" service_tier":"priority"'),
    { trick: 'in another style', ...body(`{${TURN},"serviceTier":"priority"}`, {}, ['serviceTier']) },
    member('as a prototype', '"__proto__":{"service_tier":"priority"}'),
    member('nested', '"metadata":{"service_tier":"priority"}'),
  ],
};

const DUPLICATES: AttackGroup = {
  title: 'Duplicates',
  attacks: [
    member('twice alike', `${FAST},${FAST}`),
    member('twice alike, one escaped', String.raw`"service_tier":"priority","service\u005ftier":"priority"`),
    member('a harmless one first', `"service_tier":"flex",${FAST}`),
    member('a harmless one last', `${FAST},"service_tier":"flex"`),
    member('null first', `"service_tier":null,${FAST}`),
    member('null last', `${FAST},"service_tier":null`),
    member('an unknown one first', `"service_tier":"turbo",${FAST}`),
    member('a number first', `"service_tier":1,${FAST}`),
    member('in two cases', `"service_tier":"flex","Service_Tier":"priority"`),
    member('three times', `${FAST},${FAST},${FAST}`),
    whole('before the model and after it', `{${FAST},${TURN},${FAST}}`),
    whole('two models', `{"model":"gpt-5.5","model":"other","input":"hi",${FAST}}`),
    whole('a model in another case', `{"Model":"other",${TURN},${FAST}}`),
  ],
};

const DOCUMENTS: AttackGroup = {
  title: 'Documents that readers take differently',
  attacks: [
    whole('a byte order mark before it', `\ufeff${PLAIN}`),
    whole('UTF-16', Buffer.from(`\ufeff${PLAIN}`, 'utf16le')),
    whole('UTF-16 without a mark', Buffer.from(PLAIN, 'utf16le')),
    whole('broken UTF-8', Buffer.from(`{"x":"\xff",${PLAIN.slice(1)}`, 'latin1')),
    whole(
      'overlong UTF-8',
      Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from(`",${PLAIN.slice(1)}`)]),
    ),
    whole('something before it', `junk ${PLAIN}`),
    whole('something after it', `${PLAIN} junk`),
    whole('two documents', `{${TURN}}${PLAIN}`),
    whole('a line feed and another document', `{${TURN}}\n${PLAIN}`),
    whole('U+0000 after it', `${PLAIN}\0`),
    whole('no end', PLAIN.slice(0, -1)),
    whole('a comment', `{${TURN},/* */${FAST}}`),
    whole('a line comment', `{${TURN},//\n${FAST}}`),
    whole('a trailing comma', `{${TURN},${FAST},}`),
    whole('single quotes', `{${TURN},'service_tier':'priority'}`),
    whole('no quotes', `{${TURN},service_tier:"priority"}`),
    whole('NaN', `{${TURN},"x":NaN,${FAST}}`),
    whole('a bare control character', `{${TURN},"x":"\u0001",${FAST}}`),
    whole('a list around it', `[${PLAIN}]`),
    whole('nothing but a string', JSON.stringify(PLAIN)),
    whole('too deep', `{${TURN},"x":${'['.repeat(300)}${']'.repeat(300)},${FAST}}`),
    whole('a vertical tab as a blank', `{${TURN},\v${FAST}}`),
    whole('a no-break space as a blank', `{${TURN},\u00a0${FAST}}`),
    whole('nothing', ''),
  ],
};

const json = (more: Headers): Headers => ({ 'content-type': 'application/json', ...more });

const CODINGS: AttackGroup = {
  title: 'Codings and content types',
  attacks: [
    ...(
      [
        ['gzip', gzipSync],
        ['x-gzip', gzipSync],
        ['deflate', deflateSync],
        ['br', brotliCompressSync],
        ['zstd', zstdCompressSync],
      ] as const
    ).map(([name, code]): Attack => ({
      trick: `coded as ${name}`,
      call: { body: code(Buffer.from(PLAIN)), headers: wire(json({ 'content-encoding': name })) },
      document: Buffer.from(PLAIN),
    })),
    {
      trick: 'coded twice',
      call: {
        body: gzipSync(zstdCompressSync(Buffer.from(PLAIN))),
        headers: wire(json({ 'content-encoding': 'zstd, gzip' })),
      },
      document: Buffer.from(PLAIN),
    },
    {
      trick: 'coded three times',
      call: {
        body: gzipSync(brotliCompressSync(zstdCompressSync(Buffer.from(PLAIN)))),
        headers: wire(json({ 'content-encoding': 'zstd, br, gzip' })),
      },
    },
    {
      trick: 'coded twice the same way',
      call: { body: gzipSync(gzipSync(Buffer.from(PLAIN))), headers: wire(json({ 'content-encoding': 'gzip, gzip' })) },
    },
    whole('a coding that is a lie', PLAIN, json({ 'content-encoding': 'gzip' })),
    whole('an unknown coding', PLAIN, json({ 'content-encoding': 'rot13' })),
    whole('a coding in capitals', gzipSync(Buffer.from(PLAIN)), json({ 'content-encoding': 'GZIP' })),
    whole('a coding said twice', PLAIN, json({ 'content-encoding': ['identity', 'gzip'] })),
    whole('no content type', PLAIN, { 'content-type': undefined }),
    whole('text', PLAIN, { 'content-type': 'text/plain' }),
    whole('a form’s type', PLAIN, { 'content-type': 'application/x-www-form-urlencoded' }),
    whole('another JSON', PLAIN, { 'content-type': 'application/vnd.api+json' }),
    whole('UTF-7', PLAIN, { 'content-type': 'application/json; charset=utf-7' }),
    whole('two character sets', PLAIN, { 'content-type': 'application/json; charset=utf-8; charset=utf-16' }),
    whole('two content types', PLAIN, { 'content-type': ['application/json', 'text/plain'] }),
  ],
};

const PATHS: AttackGroup = {
  title: 'Paths and methods',
  attacks: [
    ...[
      '/responses',
      '/v1/responses?service_tier=priority',
      '/v1/responses?x=1&Service%5fTier=fast',
      '/v1/responses/compact',
    ].map((path) => on(path, path, PLAIN)),
    ...[
      '//v1/responses',
      '/v1//responses',
      '/v1/responses/',
      '/v1/./responses',
      '/v1/x/../responses',
      '/v1/%72esponses',
      '/v1%2fresponses',
      '/v1/Responses',
      '/V1/responses',
      '/v1/responses;x=1',
      '/v1/responses%00',
      '/v1\\responses',
      '/v1/v1/responses',
      '/backend-api/codex/responses',
      '/v1/responses/resp_1/cancel',
      '/v1/threads/runs',
      '/v1/files/../responses',
      '/v1/batches/..%2fresponses/cancel',
    ].map((path) => on(path, path, PLAIN)),
    ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'].map((method): Attack => ({
      trick: `${method} /v1/responses`,
      call: { method, body: PLAIN },
      document: Buffer.from(PLAIN),
    })),
    ...['GET /v1/models', 'GET /v1/files', 'DELETE /v1/files/a', 'POST /v1/batches/a/cancel'].map((both): Attack => {
      const [method = '', path = ''] = both.split(' ');
      return { trick: `a body on ${both}`, call: { method, path, body: PLAIN }, document: Buffer.from(PLAIN) };
    }),
  ],
};

const CHAT = '"model":"gpt-5.5","messages":[]';

const PROTOCOLS: AttackGroup = {
  title: 'Other protocols',
  attacks: [
    on('/v1/chat/completions', 'Chat', `{${CHAT},"service_tier":"fast"}`),
    on(
      '/v1/chat/completions',
      'Chat, streamed, so that usage is asked for',
      `{${CHAT},"stream":true,"service_tier":"fast"}`,
    ),
    on('/v1/chat/completions', 'Chat, twice', `{${CHAT},"service_tier":"flex","service_tier":"fast"}`),
    on('/v1/chat/completions', 'Chat, in another case', `{${CHAT},"Service_Tier":"fast"}`),
    on('/v1/embeddings', 'embeddings', '{"model":"e","input":"x","service_tier":"priority"}'),
    on('/v1/images/generations', 'images', '{"model":"i","prompt":"x","service_tier":"priority"}'),
    on('/v1/images/edits', 'images, edited', '{"model":"i","prompt":"x","service_tier":"priority"}'),
    on('/v1/audio/speech', 'speech', '{"model":"t","input":"x","service_tier":"priority"}'),
    on('/v1/batches', 'batches', '{"input_file_id":"f","endpoint":"/v1/responses","service_tier":"priority"}'),
    messages('Messages, by speed', '"speed":"fast"'),
    messages('Messages, by speed in capitals', '"speed":"FAST"'),
    messages('Messages, by an escaped speed', String.raw`"sp\u0065ed":"f\u0061st"`),
    messages('Messages, by Speed', '"Speed":"fast"'),
    messages('Messages, by speed with the long s', '"\u017fpeed":"fast"'),
    messages('Messages, by speed twice', '"speed":"standard","speed":"fast"'),
    messages('Messages, by speed twice alike', '"speed":"fast","speed":"fast"'),
    messages('Messages, by the beta token', '', { 'anthropic-beta': 'fast-mode-2026-02-01' }),
    messages('Messages, by the beta token among others', '', { 'anthropic-beta': 'a-1, fast-mode-2026-02-01,b-2' }),
    messages('Messages, by the beta token in capitals', '', { 'anthropic-beta': 'FAST-MODE-2026-02-01' }),
    messages('Messages, by a newer beta token', '', { 'anthropic-beta': 'fast-mode-2027-01-01' }),
    messages('Messages, by a second beta header', '', { 'anthropic-beta': ['a-1', 'fast-mode-2026-02-01'] }),
    messages('Messages, by the beta token with an underscore', '', { anthropic_beta: 'fast-mode-2026-02-01' }),
    messages('Messages, by both', '"speed":"fast"', { 'anthropic-beta': 'fast-mode-2026-02-01' }),
    messages('Messages, by a fallback', '"fallbacks":[{"model":"claude-haiku","speed":"fast"}]'),
    messages('Messages, by a fallback in another case', '"fallbacks":[{"model":"claude-haiku","Speed":"fast"}]'),
    messages('Messages, by a second list of fallbacks', '"fallbacks":[],"fallbacks":[{"speed":"fast"}]'),
    messages('Messages, by OpenAI’s member', '"service_tier":"priority"'),
    messages('Messages, counted', '"speed":"fast"', {}, '/v1/messages/count_tokens'),
    {
      trick: 'Messages, in a batch',
      ...body(
        '{"requests":[{"custom_id":"1","params":{"model":"claude-opus-5","speed":"fast"}}]}',
        { path: '/v1/messages/batches', headers: { 'anthropic-version': '2023-06-01' } },
        ['requests'],
      ),
    },
  ],
};

function options(trick: string, members: string, path: readonly string[]): Attack {
  return { trick, ...body(`{${TURN},"providerOptions":${members}}`, {}, ['providerOptions', ...path]) };
}

const PLACES: AttackGroup = {
  title: 'Where other protocols and gateways look',
  attacks: [
    { trick: "Anthropic's member", ...body(`{${TURN},"speed":"fast"}`, {}, ['speed']) },
    { trick: "Anthropic's member, in another case", ...body(`{${TURN},"Speed":"fast"}`, {}, ['speed']) },
    { trick: "Anthropic's member, behind a number", ...body(`{${TURN},"speed":1,"speed":"fast"}`, {}, ['speed']) },
    {
      trick: "Anthropic's member and a harmless tier",
      ...body(`{${TURN},"service_tier":"flex","speed":"fast"}`, {}, ['speed']),
    },
    on('/v1/chat/completions', "Anthropic's member in Chat", `{${CHAT},"speed":"fast"}`),
    on('/v1/embeddings', "Anthropic's member in embeddings", '{"model":"e","input":"x","speed":"fast"}'),
    options("a gateway's speed", '{"gateway":{"speed":"fast"}}', ['gateway', 'speed']),
    options("a gateway's speed, escaped", String.raw`{"g\u0061teway":{"sp\u0065ed":"f\u0061st"}}`, [
      'gateway',
      'speed',
    ]),
    options("a gateway's tier", '{"gateway":{"order":["a"],"serviceTier":"priority"}}', ['gateway', 'serviceTier']),
    options("a provider's tier", '{"openai":{"serviceTier":"ultrafast","user":"a"}}', ['openai', 'serviceTier']),
    options("a gateway's tier without its capital", '{"gateway":{"servicetier":"priority"}}', [
      'gateway',
      'servicetier',
    ]),
    {
      trick: 'options without their capital',
      ...body(`{${TURN},"provideroptions":{"gateway":{"speed":"fast"}}}`, {}, ['provideroptions', 'gateway', 'speed']),
    },
    options("a gateway's options twice", '{"gateway":{},"gateway":{"speed":"fast"}}', ['gateway', 'speed']),
    messages("a gateway's speed in Messages", '"providerOptions":{"gateway":{"speed":"fast"}}'),
    messages("a provider's tier in Messages", '"providerOptions":{"openai":{"serviceTier":"priority"}}'),
  ],
};

function hint(trick: string, value: string | readonly string[], name = 'x-codex-routing-hint'): Attack {
  return { trick, call: { headers: wire({ [name]: value }) } };
}

const HEADERS: AttackGroup = {
  title: 'Headers and aliases',
  attacks: [
    hint('the routing hint', 'model=gpt-5.5;tier=priority'),
    hint('the routing hint alone', 'tier=fast'),
    hint('the routing hint in capitals', 'MODEL=gpt-5.5;TIER=PRIORITY'),
    hint('the routing hint with blanks', ' tier = "fast" '),
    hint('the routing hint, percent-coded', 'model=gpt-5.5;%74ier=f%61st'),
    hint('the routing hint with other marks', 'model=gpt-5.5,tier:priority'),
    hint('the routing hint with two tiers', 'tier=flex;tier=priority'),
    hint('the routing hint, twice', ['tier=flex', 'tier=priority']),
    hint('the routing hint with underscores', 'tier=priority', 'x_codex_routing_hint'),
    hint('a hop-by-hop routing hint', 'tier=priority', 'X-Codex-Routing-Hint'),
    {
      trick: 'a -fast name that the mapping knows',
      call: { body: '{"model":"gpt-5.5-fast","input":"hi"}' },
      alias: true,
    },
    { trick: 'a -fast name in capitals', call: { body: '{"model":"GPT-5.5-FAST","input":"hi"}' }, alias: true },
    {
      trick: 'a -fast name and a tier',
      call: { body: '{"model":"gpt-5.5-fast","input":"hi","service_tier":"flex"}' },
      alias: true,
    },
  ],
};

const BOUNDARY: Headers = { 'content-type': 'multipart/form-data; boundary=XyZ' };
const part = (headers: string, value: string): string => `--XyZ\r\n${headers}\r\n\r\n${value}\r\n`;
const field = (name: string, value: string): string => part(`Content-Disposition: form-data; name="${name}"`, value);
const HIDDEN = 'Content-Disposition: form-data; name="service_tier"\r\n\r\npriority';

function form(trick: string, text: string, headers: Headers = BOUNDARY): Attack {
  return { trick, call: { path: '/v1/audio/transcriptions', body: `${text}--XyZ--\r\n`, headers: wire(headers) } };
}

const FORMS: AttackGroup = {
  title: 'Forms',
  attacks: [
    form('a part named service_tier', field('model', 'm') + field('service_tier', 'priority')),
    form('its name in capitals', field('SERVICE_TIER', 'priority')),
    form('its name percent-coded', field('service%5Ftier', 'priority')),
    form('its name with a backslash', field('service\\_tier', 'priority')),
    form('its name without quotes', part('Content-Disposition: form-data; name=service_tier', 'priority')),
    form(
      'its name in the extended way',
      part("Content-Disposition: form-data; name*=utf-8''service%5ftier", 'priority'),
    ),
    form(
      'its name in pieces',
      part('Content-Disposition: form-data; name="a"; name*0="service_"; name*1="tier"', 'priority'),
    ),
    form(
      'its name in another character set',
      part("Content-Disposition: form-data; name*=utf-7''service%2BAF8-tier", 'priority'),
    ),
    form('its name as an encoded word', field('=?utf-8?q?service=5Ftier?=', 'priority')),
    form(
      'a second model in pieces',
      field('model', 'm') + part('Content-Disposition: form-data; name="a"; name*0="mo"; name*1="del"', 'gpt-5.5-fast'),
    ),
    form('two names', part('Content-Disposition: form-data; name="a"; name="service_tier"', 'priority')),
    form('its name as a list', field('service_tier[]', 'priority')),
    form('a part named speed', field('speed', 'fast')),
    form('a folded header', part('Content-Disposition: form-data;\r\n name="service_tier"', 'priority')),
    form('a boundary after a bare line feed', field('a', `x\n--XyZ\r\n${HIDDEN}`)),
    form('a boundary in a line', field('a', `x--XyZ\r\n${HIDDEN}`)),
    form('a boundary with blanks', field('a', `x\r\n--XyZ \r\n${HIDDEN}`)),
    form('a part after the end', `${field('a', 'x')}--XyZ--\r\n${field('service_tier', 'priority')}`),
    form('a preamble', `--other\r\n${HIDDEN}\r\n${field('a', 'x')}`),
    form('two boundaries', field('service_tier', 'priority'), {
      'content-type': 'multipart/form-data; boundary=abc; boundary=XyZ',
    }),
    form('another multipart', field('service_tier', 'priority'), { 'content-type': 'multipart/mixed; boundary=XyZ' }),
    form('two models', field('model', 'm') + field('model', 'gpt-5.5-fast')),
    form('a model in capitals', field('model', 'm') + field('MODEL', 'gpt-5.5-fast')),
    form('a model that is a file', part('Content-Disposition: form-data; name="model"; filename="m"', 'gpt-5.5-fast')),
    form('coded', field('service_tier', 'priority'), { ...BOUNDARY, 'content-encoding': 'gzip' }),
    {
      trick: 'a form where JSON belongs',
      call: { body: `${field('service_tier', 'priority')}--XyZ--\r\n`, headers: wire(BOUNDARY) },
    },
  ],
};

/** Every kind of attack over HTTP. */
export const ATTACKS: readonly AttackGroup[] = [
  SPELLINGS,
  NAMES,
  DUPLICATES,
  DOCUMENTS,
  CODINGS,
  PATHS,
  PROTOCOLS,
  PLACES,
  HEADERS,
  FORMS,
];

const create = (members: string): string => `{"type":"response.create","model":"gpt-5.5"${members}}`;

/** One frame of a session that tries the same. */
export interface FrameAttack {
  readonly trick: string;
  readonly frame: string | Uint8Array;
  readonly binary?: boolean;
  readonly path?: readonly string[];
}

/** The attacks over a WebSocket. */
export const FRAMES: readonly FrameAttack[] = [
  { trick: 'plainly', frame: create(`,${FAST}`) },
  { trick: 'in a binary message', frame: create(`,${FAST}`), binary: true },
  { trick: 'by its other name', frame: create(',"service_tier":"fast"') },
  { trick: 'with an escaped name', frame: create(String.raw`,"service\u005ftier":"fast"`) },
  { trick: 'twice', frame: create(`,"service_tier":"flex",${FAST}`) },
  { trick: 'in another case', frame: create(',"Service_Tier":"fast"') },
  { trick: 'in a nested response', frame: create(`,"response":{${FAST}}`), path: ['response', 'service_tier'] },
  { trick: 'in a nested session', frame: create(`,"session":{${FAST}}`), path: ['session', 'service_tier'] },
  { trick: "in Anthropic's member", frame: create(',"speed":"fast"'), path: ['speed'] },
  {
    trick: "in Anthropic's member, nested",
    frame: create(',"response":{"speed":"fast"}'),
    path: ['response', 'speed'],
  },
  {
    trick: "in a gateway's options",
    frame: create(',"providerOptions":{"gateway":{"speed":"fast"}}'),
    path: ['providerOptions', 'gateway', 'speed'],
  },
  {
    trick: 'in a session update',
    frame: `{"type":"session.update","model":"gpt-5.5","session":{${FAST}}}`,
    path: ['session', 'service_tier'],
  },
  { trick: 'under a type with blanks', frame: `{"type":" response.create ","model":"gpt-5.5",${FAST}}` },
  { trick: 'under a type in another case', frame: `{"type":"Response.Create","model":"gpt-5.5",${FAST}}` },
  { trick: 'under two types', frame: `{"type":"other","type":"response.create","model":"gpt-5.5",${FAST}}` },
  { trick: 'in a prewarm', frame: create(`,"generate":false,${FAST}`) },
  { trick: 'after a byte order mark', frame: `\ufeff${create(`,${FAST}`)}` },
  { trick: 'in two documents', frame: create('') + create(`,${FAST}`) },
  { trick: 'in broken UTF-8', frame: Buffer.from(create(`,"x":"\xff",${FAST}`), 'latin1'), binary: true },
];
