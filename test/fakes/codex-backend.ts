import type { AnswerScript, Script } from './provider-script.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { type Upstream, startUpstream } from './upstream.ts';
import { UpstreamSockets } from './upstream-socket.ts';

/** The members that the backend answers 400 to. */
const UNSUPPORTED = [
  ...['max_output_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
  ...['user', 'metadata', 'prompt_cache_retention', 'safety_identifier', 'stream_options', 'conversation'],
];

/** The models that it serves to a ChatGPT account. */
const MODELS = /^gpt-(?:5\.2|5\.3-codex|5\.3-codex-spark|5\.4|5\.4-mini|5\.5|6.*)$/;

const TIERS: readonly unknown[] = ['priority', 'ultrafast'];

type Json = Readonly<Record<string, unknown>>;

/** ChatGPT's backend for Codex: it knows tokens and accounts, refuses what the real one refuses, and always streams. */
export interface CodexBackend {
  readonly upstream: Upstream;
  /** Its WebSocket half. */
  readonly sockets: UpstreamSockets;
  /** As an account's `baseUrl`. */
  readonly baseUrl: string;
  /** The access tokens it takes now. */
  readonly tokens: string[];
  /** The account that its tokens are for. */
  accountId: string;
  /** How it answers what it does not refuse. */
  answer: Omit<AnswerScript, 'kind'>;
}

/** Starts a backend on a free port. */
export async function startCodexBackend(): Promise<CodexBackend> {
  const tokens: string[] = [];
  const upstream = await startUpstream({ keys: tokens });
  const sockets = new UpstreamSockets(upstream, {
    keys: tokens,
    refuses: (request) => {
      const refusal = refuseHead(backend, request);
      return refusal === null ? null : { kind: 'status', status: refusal.status, body: JSON.stringify(refusal.body) };
    },
    script: ({ text }) => {
      const message = refusalOf(JSON.parse(text) as Json, 'frame', isCodex(sockets.last.request));
      return message === null
        ? { kind: 'answer', tier: 'default', ...backend.answer }
        : [{ type: 'error', status: 400, error: { type: 'invalid_request_error', code: 'refused', message } }];
    },
  });
  const backend: CodexBackend = {
    upstream,
    sockets,
    baseUrl: `${upstream.origin}/backend-api/codex`,
    tokens,
    accountId: 'workspace-1',
    answer: {},
  };
  // It says `default` whatever it ran.
  upstream.always((request) => refuse(backend, request) ?? { kind: 'answer', tier: 'default', ...backend.answer });
  return backend;
}

function refuse(backend: CodexBackend, request: RecordedRequest): Script | null {
  const refusal = refuseHead(backend, request);
  if (refusal !== null) return error(refusal.status, refusal.body);
  if (request.method !== 'POST') return null;
  const kind = request.path.endsWith('/compact') ? 'compact' : 'turn';
  const detail = refusalOf(request.json as Json, kind, isCodex(request));
  return detail === null ? null : error(400, { detail });
}

function refuseHead(
  { tokens, accountId }: CodexBackend,
  request: RecordedRequest,
): { readonly status: number; readonly body: object } | null {
  if (request.key === null || !tokens.includes(request.key)) return { status: 401, body: EXPIRED };
  const accounts = request.header('chatgpt-account-id');
  return accounts.length === 1 && accounts[0] === accountId
    ? null
    : { status: 403, body: { detail: 'Account not found' } };
}

function isCodex(request: RecordedRequest): boolean {
  return request.header('originator').some((originator) => originator.startsWith('codex_'));
}

const EXPIRED = {
  error: {
    message: 'Provided authentication token is expired. Please try signing in again.',
    type: 'invalid_request_error',
    code: 'token_expired',
    param: null,
  },
};

function error(status: number, body: object): Script {
  return { kind: 'error', status, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Why the backend refuses a body or a frame; null where it takes it. */
export function refusalOf(body: Json, kind: 'turn' | 'compact' | 'frame', fromCodex: boolean): string | null {
  if (kind === 'compact') {
    for (const name of ['store', 'stream']) if (name in body) return `Unsupported parameter: ${name}`;
  } else if (body['store'] !== false) return 'Store must be set to false';
  if (kind === 'turn' && body['stream'] !== true) return 'Stream must be set to true';
  if (kind !== 'frame' && 'previous_response_id' in body) return 'Unsupported parameter: previous_response_id';
  for (const name of UNSUPPORTED) if (name in body) return `Unsupported parameter: ${name}`;
  if ('service_tier' in body && !TIERS.includes(body['service_tier']))
    return `Unsupported service_tier: ${String(body['service_tier'])}`;
  const { input, instructions, model } = body;
  const goesOn = typeof body['previous_response_id'] === 'string';
  if (!fromCodex && !goesOn && (typeof instructions !== 'string' || instructions === ''))
    return 'Instructions are required';
  if (typeof model !== 'string' || !MODELS.test(model))
    return `The '${String(model)}' model is not supported when using Codex with a ChatGPT account.`;
  if (!Array.isArray(input)) return 'Input must be a list';
  for (const item of input as readonly Json[]) {
    if (item['role'] === 'system') return 'System messages are not allowed';
    if (item['type'] === 'reasoning' && typeof item['encrypted_content'] !== 'string')
      return `Item with id '${String(item['id'])}' not found. Items are not persisted when \`store\` is set to false.`;
  }
  return null;
}
