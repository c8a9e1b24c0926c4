import type { ServerResponse } from 'node:http';
import type { Turn } from '../../shared/turn.ts';
import { chatTools } from '../dialects/tools/chat-tools.ts';
import { responsesTools } from '../dialects/tools/responses-tools.ts';
import type { FunctionCall, OpenRequest, ToolDialect } from '../dialects/tools/tool-dialect.ts';
import { type Asked, isUnread } from '../dialects/dialect.ts';
import type { Json } from '../dialects/translate/exact-json.ts';
import { type OfferedTool, withFreeNames } from '../mcp/offered-tool.ts';
import { failed } from '../mcp/result-text.ts';
import { type HeldAnswer, HeldResponse } from './held-response.ts';
import type { House } from './house.ts';
import type { HttpRequest } from './incoming.ts';
import { BEAT_MS, COMMENT, STREAM_HEAD } from './slot-wait.ts';

/** Sends one round of a turn to wherever it goes, and resolves when it has been answered. */
export type Round = (http: HttpRequest, asked: Asked) => Promise<void>;

/** By the path, since a compaction takes no functions. */
const TOOL_DIALECTS: ReadonlyMap<string, ToolDialect> = new Map([
  ['/responses', responsesTools],
  ['/chat/completions', chatTools],
]);

/** A turn that can be offered the tools of the person's MCP servers. */
interface Offer {
  readonly dialect: ToolDialect;
  readonly request: OpenRequest;
  readonly tools: readonly OfferedTool[];
}

/** What may be offered to a turn; null for nothing, at once where no server is switched on. */
export function offerFor(house: House, { path, tool }: HttpRequest, asked: Asked): Promise<Offer | null> | null {
  const dialect = house.mcp.serves(tool.name) ? TOOL_DIALECTS.get(path) : undefined;
  const request = dialect?.open(asked.bytes) ?? null;
  if (dialect === undefined || request === null) return null;
  return house.mcp.tools().then((tools) => {
    return tools.length === 0 ? null : { dialect, request, tools: withFreeNames(tools, request.names) };
  });
}

/**
 * Runs a turn in rounds: the model is offered the servers' tools, what it calls of them is called here, and it goes on
 * with what came of that. Each round passes the door and has a row of its own. The tool is told the last round's answer
 * as it came; what it may call itself is never called here.
 */
export class ToolLoop {
  readonly #house: House;
  readonly #http: HttpRequest;
  readonly #asked: Asked;
  readonly #offer: Offer;
  readonly #round: Round;
  readonly #byName: ReadonlyMap<string, OfferedTool>;
  readonly #left = new AbortController();
  #held: HeldResponse | null = null;

  constructor(house: House, http: HttpRequest, asked: Asked, offer: Offer, round: Round) {
    this.#house = house;
    this.#http = http;
    this.#asked = asked;
    this.#offer = offer;
    this.#round = round;
    this.#byName = new Map(offer.tools.map((tool) => [tool.name, tool]));
  }

  async run(): Promise<void> {
    const { response } = this.#http;
    const leave = (): void => {
      this.#left.abort();
    };
    response.once('close', leave);
    const stopBeat = this.#asked.stream ? this.#keepAlive(response) : () => undefined;
    try {
      await this.#rounds(stopBeat);
    } finally {
      stopBeat();
      response.off('close', leave);
    }
  }

  async #rounds(stopBeat: () => void): Promise<void> {
    const { dialect, tools, request } = this.#offer;
    const { maxRounds, maxSeconds } = this.#house.settings().mcp;
    const until = this.#house.now() + maxSeconds * 1000;
    const since: Json[] = [];
    let toolCalls: Turn['toolCalls'] = [];
    for (let round = 1; round <= maxRounds && this.#house.now() < until; round += 1) {
      const answer = await this.#ask(request.with(tools.map(functionOf), since), toolCalls);
      if (answer === null) return;
      const streamed = isStream(answer);
      const asked = answer.status === 200 && !answer.broken ? dialect.asked(answer.body, streamed) : null;
      const mine = asked?.calls.filter(({ name }) => this.#byName.has(name)) ?? [];
      if (asked === null || mine.length === 0) {
        this.#deliver(answer);
        return;
      }
      if (!asked.whole || mine.length < asked.calls.length) {
        // What the tool is asked to call is the tool's; the model may ask again for the rest.
        this.#deliver({ ...answer, body: dialect.without(answer.body, streamed, (name) => this.#byName.has(name)) });
        return;
      }
      const called = await this.#callAll(mine, until);
      if (this.#left.signal.aborted) return;
      since.push(...asked.said, ...called.map(({ result }) => result));
      toolCalls = called.map(({ record }) => record);
    }
    // Out of rounds or of time: the model answers with what it has, and the tool hears it as it speaks.
    stopBeat();
    await this.#round({ ...this.#http, toolCalls }, this.#read(request.with([], since)));
  }

  /** The request with what has come of it so far; as the tool sent it where the model's own words make it unreadable. */
  #read(body: Buffer): Asked {
    const asked = this.#http.route.dialect.read(body);
    return isUnread(asked) ? this.#asked : asked;
  }

  /** One round, held until it is known what it asks for. */
  async #ask(body: Buffer, toolCalls: Turn['toolCalls']): Promise<HeldAnswer | null> {
    const { request, response } = this.#http;
    const held = new HeldResponse(request, response);
    this.#held = held;
    await this.#round({ ...this.#http, response: held, toolCalls }, this.#read(body));
    return held.held;
  }

  /** One call after the other, since one may need what the other has done. */
  async #callAll(calls: readonly FunctionCall[], until: number): Promise<readonly Called[]> {
    const { callSeconds } = this.#house.settings().mcp;
    const called: Called[] = [];
    for (const call of calls) {
      const tool = this.#byName.get(call.name);
      if (tool === undefined || this.#left.signal.aborted) break;
      const began = this.#house.now();
      const left = until - began;
      const { text, error } =
        left <= 0
          ? failed('there is no time left for calls')
          : await this.#house.mcp.call(tool, call.arguments, Math.min(callSeconds * 1000, left), this.#left.signal);
      const clean = this.#house.redact.text(text);
      const took = Math.max(0, Math.round(this.#house.now() - began));
      called.push({
        result: this.#offer.dialect.result(call, clean),
        record: {
          server: tool.server,
          tool: tool.tool,
          took,
          error: error === null ? null : this.#house.redact.text(error),
        },
      });
    }
    return called;
  }

  #deliver({ status, headers, body, broken }: HeldAnswer): void {
    const { response, route } = this.#http;
    if (response.closed) return;
    if (!response.headersSent) {
      const kept = headers.filter((_, index) => headers[index - (index % 2)]?.toLowerCase() !== 'content-length');
      response.writeHead(status, broken ? kept : [...kept, 'content-length', String(body.length)]);
    } else if (status >= 400) {
      // The stream has begun, so its last event says what went wrong.
      response.end(
        route.dialect.errorEvent({ code: 'upstream_failed', type: 'upstream_error', status, message: messageIn(body) }),
      );
      return;
    }
    response.write(body);
    if (broken) response.socket?.destroySoon();
    else response.end();
  }

  /** A tool that wants a stream hears that it is not forgotten, once the upstream has begun to answer. */
  #keepAlive(response: ServerResponse): () => void {
    let cancel: () => void = () => undefined;
    const beat = (): void => {
      if (this.#held?.isGood === true || response.headersSent) {
        if (!response.headersSent) response.writeHead(200, [...STREAM_HEAD]);
        response.write(COMMENT);
      }
      cancel = this.#house.after(BEAT_MS, beat);
    };
    cancel = this.#house.after(BEAT_MS, beat);
    return () => {
      cancel();
    };
  }
}

/** A call that was made. */
interface Called {
  readonly result: Json;
  readonly record: Turn['toolCalls'][number];
}

function functionOf({
  name,
  description,
  parameters,
}: OfferedTool): Pick<OfferedTool, 'name' | 'description' | 'parameters'> {
  return { name, description, parameters };
}

function isStream({ headers }: HeldAnswer): boolean {
  return headers.some(
    (name, index) =>
      index % 2 === 0 &&
      name.toLowerCase() === 'content-type' &&
      (headers[index + 1] ?? '').toLowerCase().startsWith('text/event-stream'),
  );
}

function messageIn(body: Buffer): string {
  try {
    const { error } = JSON.parse(body.toString()) as { readonly error?: { readonly message?: unknown } };
    if (typeof error?.message === 'string') return error.message;
  } catch {
    // Not JSON, so it has no member for it.
  }
  return body.toString('utf8', 0, 1000);
}
