import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { SandboxSockets } from './sandbox-socket.ts';

/**
 * The pretend upstream: a server on loopback, reached like any other, so that a turn takes the same way with it as with a
 * provider. Its answers depend on the request alone.
 */
export class Sandbox {
  readonly #server: Server;
  readonly #sockets: SandboxSockets;
  #url = '';

  constructor() {
    this.#server = createServer((request, response) => {
      receive(request)
        .then((body) => {
          answer(request.url ?? '', body, response);
        })
        // What is no request of the gateway must not end the process.
        .catch(() => response.destroy());
    });
    this.#sockets = new SandboxSockets(this.#server, (frame) => numbered(responseEvents(wishOf(frame))));
  }

  /** Its base URL, once it listens. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function receive(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** An event as the Responses protocol streams it. */
type SandboxEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

interface Wish {
  readonly model: string;
  readonly stream: boolean;
  readonly tier: string;
  readonly id: string;
  readonly words: readonly string[];
  readonly inputTokens: number;
  /** Chat streams tell their usage only on demand. */
  readonly wantsUsage: boolean;
}

function answer(url: string, body: string, response: ServerResponse): void {
  if (url.startsWith('/v1/chat/completions')) answerChat(wishOf(body), response);
  else if (url.startsWith('/v1/responses')) answerResponses(wishOf(body), response);
  else sendJson(response, { error: UNKNOWN_PATH }, 404);
}

/** What a provider would answer where it does not know a path. */
const UNKNOWN_PATH = {
  message: 'The Tiergate sandbox answers Responses, Chat Completions and Messages only. Add an account for the rest.',
  type: 'invalid_request_error',
  param: null,
  code: 'unknown_url',
};

function wishOf(body: string): Wish {
  const asked = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const tier =
    typeof asked['service_tier'] === 'string' && asked['service_tier'] !== 'auto' ? asked['service_tier'] : 'default';
  const text =
    `This answer comes from the Tiergate sandbox: nothing left your machine. The request reached it at the ${tier === 'default' ? 'Standard' : tier} tier. ` +
    'Add an account to talk to a real model.';
  return {
    model: String(asked['model']),
    stream: asked['stream'] === true,
    tier,
    id: createHash('sha256').update(body).digest('hex').slice(0, 32),
    words: text.split(/(?<= )/),
    inputTokens: Math.ceil(body.length / 4),
    wantsUsage: (asked['stream_options'] as { include_usage?: unknown } | null | undefined)?.include_usage === true,
  };
}

function answerResponses(wish: Wish, response: ServerResponse): void {
  const events = responseEvents(wish);
  if (wish.stream) sendEvents(response, events);
  else sendJson(response, events.at(-1)?.['response'] as object);
}

/** A whole answer; its last event holds what a request without a stream gets. */
function responseEvents(wish: Wish): SandboxEvent[] {
  const item = { id: `msg_${wish.id}`, type: 'message', role: 'assistant' };
  const part = { type: 'output_text', annotations: [], text: wish.words.join('') };
  const base = { id: `resp_${wish.id}`, object: 'response', created_at: 0, model: wish.model };
  const output = { item_id: item.id, output_index: 0, content_index: 0 };
  const done = {
    ...base,
    status: 'completed',
    service_tier: wish.tier,
    error: null,
    incomplete_details: null,
    output: [{ ...item, status: 'completed', content: [part] }],
    usage: {
      input_tokens: wish.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: wish.words.length,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: wish.inputTokens + wish.words.length,
    },
  };
  const running = { ...base, status: 'in_progress', output: [] };
  return [
    { type: 'response.created', response: running },
    { type: 'response.in_progress', response: running },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...output, part: { ...part, text: '' } },
    ...wish.words.map((delta) => ({ type: 'response.output_text.delta', ...output, delta })),
    { type: 'response.output_text.done', ...output, text: part.text },
    { type: 'response.content_part.done', ...output, part },
    { type: 'response.output_item.done', output_index: 0, item: { ...item, status: 'completed', content: [part] } },
    { type: 'response.completed', response: done },
  ];
}

function numbered(events: readonly SandboxEvent[]): SandboxEvent[] {
  return events.map((event, sequence) => ({ ...event, sequence_number: sequence }));
}

function answerChat(wish: Wish, response: ServerResponse): void {
  const base = { id: `chatcmpl-${wish.id}`, created: 0, model: wish.model, service_tier: wish.tier };
  const usage = {
    prompt_tokens: wish.inputTokens,
    completion_tokens: wish.words.length,
    total_tokens: wish.inputTokens + wish.words.length,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
  if (!wish.stream) {
    const message = { role: 'assistant', content: wish.words.join(''), refusal: null };
    sendJson(response, {
      ...base,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
      usage,
    });
    return;
  }
  const chunk = (delta: object, reason: string | null): object => ({
    ...base,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason, logprobs: null }],
  });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const word of wish.words)
    response.write(`data: ${JSON.stringify(chunk({ role: 'assistant', content: word }, null))}\n\n`);
  response.write(`data: ${JSON.stringify(chunk({}, 'stop'))}\n\n`);
  if (wish.wantsUsage)
    response.write(`data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
}

function sendJson(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendEvents(response: ServerResponse, events: readonly SandboxEvent[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  for (const event of numbered(events)) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}
