import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Turn } from '../../../src/shared/turn.ts';
import { LOCAL_KEY } from '../../fakes/gateway.ts';
import type { Refusal } from '../../fakes/upstream-socket.ts';
import { ToolSocket } from '../socket-lab.ts';
import { TURN, type WholeAnswer, send } from '../tool.ts';
import type { Strike, Transport } from './fault.ts';
import { type Stage, WAYS, type WayName, passSilence, prepare } from './stage.ts';

/** What became of one turn. */
export interface Outcome {
  /** The keys that reached a provider, in order. */
  readonly asked: readonly string[];
  /** What the tool was told, in a few words. */
  readonly answer: string;
  readonly rows: readonly Turn[];
}

/** What is done to a way so that the turn comes to the next one in `WAYS`. */
const BEFORE: Readonly<Record<string, { readonly status: number; readonly body: string }>> = {
  key: { status: 429, body: '{"error":{"message":"Rate limit reached.","code":"rate_limit_exceeded"}}' },
  account: { status: 503, body: '{"error":{"message":"Overloaded."}}' },
};

/** The ways that fail before a turn comes to `at`, each in the way that leads there. */
function failingBefore(at: WayName, ways: readonly WayName[]): [WayName, string][] {
  const before = ways.slice(0, ways.indexOf(at));
  // One failure of the first account leads to the next account at once.
  if (at.startsWith('B'))
    return [
      ['A1', 'account'],
      ...before.filter((way) => way.startsWith('B')).map((way): [WayName, string] => [way, 'key']),
    ];
  return before.map((way) => [way, 'key']);
}

/** Sends a turn over a transport, and strikes it where it comes to `at`. */
export async function strikeAt(stage: Stage, at: WayName, transport: Transport, strike: Strike): Promise<Outcome> {
  const letter = at.startsWith('A') ? 'A' : 'B';
  const provider = stage.providers[letter];
  const before = failingBefore(at, stage.ways);
  const script = provider.sockets.script;
  for (const [way, blame] of before) {
    const { status, body } = BEFORE[blame] ?? { status: 500, body: '' };
    const there = stage.providers[way.startsWith('A') ? 'A' : 'B'];
    const refusal: Refusal = { kind: 'status', status, body };
    // Whoever is to find nobody there must not find an open connection.
    const headers = strike.kind === 'dead' ? { connection: 'close' } : {};
    if (strike.kind === 'dead' && there === provider)
      there.upstream.server.once(transport === 'WebSocket' ? 'upgrade' : 'request', () =>
        there.upstream.server.close(),
      );
    prepare(
      there,
      transport === 'WebSocket'
        ? { kind: 'refusal', refusal }
        : { kind: 'script', script: { kind: 'error', status, body, headers } },
    );
  }
  prepare(provider, strike);
  const failed = before.filter(([way]) => way.startsWith(letter)).length;
  const passing = passSilence(stage, provider, strike, failed);
  const answer = transport === 'WebSocket' ? await session(stage, strike) : await request(stage, transport);
  await passing;
  provider.sockets.script = script;
  return { asked: askedOf(stage, transport), answer, rows: await stage.newRows() };
}

function askedOf({ providers }: Stage, transport: Transport): string[] {
  const requests = Object.values(providers).flatMap(({ upstream, sockets }) =>
    (transport === 'WebSocket' ? sockets : upstream).requests.map(({ key }) => key ?? ''),
  );
  return requests.map((key) => WAYS.find((way) => key.endsWith(way)) ?? key);
}

async function request({ gateway }: Stage, transport: Transport): Promise<string> {
  const answer = await send(gateway.origin, { body: { ...TURN, input: INPUT, stream: transport === 'SSE' } });
  const after = answer.header('retry-after');
  return wordsOf(answer) + (after === undefined ? '' : `, Retry-After ${after}`);
}

/** What only the account can read that has encrypted it. */
const INPUT = [
  { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAABo' },
  { role: 'user', content: 'hi' },
];

function wordsOf({ status, broken, text }: WholeAnswer): string {
  if (status !== 200) return `${status}${codeIn(text)}`;
  const failure = /"(?:type)":"(error|response\.failed)"/.exec(text)?.[1];
  const words = failure === undefined ? '200' : `200, ${failure}${codeIn(text)}`;
  return broken ? `${words}, broken off` : words;
}

function codeIn(text: string): string {
  const code = /"code": ?"(\w+)"/.exec(text)?.[1];
  return code === undefined ? '' : ` ${code}`;
}

async function session({ gateway, providers }: Stage, strike: Strike): Promise<string> {
  const webSocket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/v1/responses`, {
    headers: { authorization: `Bearer ${LOCAL_KEY}` },
    perMessageDeflate: false,
  });
  const { promise: refused, resolve: refuse } = Promise.withResolvers<string>();
  webSocket.on('unexpected-response', (_, response) => {
    void refusalIn(response).then(refuse);
  });
  const tool = new ToolSocket(webSocket);
  const opened = tool.opened.then(
    () => null,
    () => refused,
  );
  const refusal = await Promise.race([opened, refused]);
  if (refusal !== null) return refusal;
  tool.send({ type: 'response.create', model: TURN.model, input: [] });
  const word = strike.kind === 'events' ? await struck(tool, strike, providers) : await untilDone(tool);
  webSocket.close();
  await tool.closed;
  return word;
}

async function refusalIn(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  const after = response.headers['retry-after'];
  const code = codeIn(Buffer.concat(pieces).toString());
  return `${response.statusCode ?? 0}${code}${after === undefined ? '' : `, Retry-After ${after}`}`;
}

async function untilDone(tool: ToolSocket): Promise<string> {
  await tool.event('response.completed');
  return 'open, done';
}

/** Waits for the last of the events, and then for the end, which the upstream makes where it cuts. */
async function struck(
  tool: ToolSocket,
  { events, cut }: Extract<Strike, { kind: 'events' }>,
  providers: Stage['providers'],
): Promise<string> {
  const last = events.at(-1) as { readonly type: string } | undefined;
  const event = last === undefined ? null : await tool.event(last.type);
  if (!cut) return `open, ${last?.type ?? ''}${codeIn(JSON.stringify(event))}`;
  const { sockets } = [providers.A, providers.B].find((one) => one.sockets.connections.length > 0) ?? providers.A;
  await sockets.last.received(1);
  sockets.last.webSocket.terminate();
  return `open, closed ${(await tool.closed).code}`;
}
