import { createHash } from 'node:crypto';
import type { GatewayError } from '../../../shared/errors.ts';
import { sayTier } from '../../../shared/tier.ts';
import { isFastBeta } from '../beta-token.ts';
import { type Json, isJson, parseExactly, presentMembers, stringOf } from './exact-json.ts';
import { BlockTranslator } from './messages-blocks.ts';
import { toolChoiceOf } from './messages-tools.ts';
import { OfferedTools } from './offered-tools.ts';
import { ENCRYPTED_REASONING, leastTokens, refusesSampling } from './responses-limits.ts';
import type { TranslatedRequest, TranslationTarget } from './translation.ts';
import { TranslationNotes, quoted } from './translation-notes.ts';

/** Members that keep the provider's own house and change no answer. */
const HINTS = [
  'cache_control',
  'context_management',
  'diagnostics',
  'inference_geo',
  'billing_policy',
  'user_profile_id',
];

/** Members of the Messages protocol that Responses cannot say. A member in neither list is carried, and the upstream says what it makes of it. */
const UNTRANSLATABLE = [
  'top_k',
  'container',
  'mcp_servers',
  'fallbacks',
  'fallback_credit_token',
  'compaction',
  'thread',
  'workspace_id',
];

const HANDLED = new Set([
  ...['model', 'messages', 'system', 'tools', 'tool_choice', 'max_tokens', 'temperature', 'top_p', 'stop_sequences'],
  ...['stream', 'thinking', 'output_config', 'output_format', 'metadata', 'service_tier', 'speed'],
]);

/** A Messages request as a Responses request for one account. */
export function messagesToResponses(bytes: Buffer, target: TranslationTarget): TranslatedRequest | GatewayError {
  const notes = new TranslationNotes();
  const asked = parseExactly(bytes.toString());
  const request = isJson(asked) ? asked : {};
  const model = stringOf(request['model']) ?? '';
  const { system, messages } = request;
  const tools = new OfferedTools(notes);
  tools.declare(request['tools']);
  const blocks = new BlockTranslator(notes, tools, target.account);
  if (system !== undefined && system !== null) blocks.system(system);
  if (!Array.isArray(messages)) notes.cannot('messages');
  else blocks.messages(messages);

  const translated: Json = {
    model,
    stream: true,
    ...tierOf(request, target),
    input: blocks.items,
    ...(tools.list.length > 0 ? { tools: tools.list, parallel_tool_calls: true } : {}),
    ...toolChoiceOf(request['tool_choice'], notes),
    ...limitsOf(request, target, notes),
    ...thoughtOf(request, blocks.effort, notes),
    ...formatOf(request, notes),
    ...cacheKeyOf(request['metadata'], notes),
    store: false,
    ...restOf(request, notes),
  };
  const streams = request['stream'] === true;
  return (
    notes.error ?? {
      body: Buffer.from(JSON.stringify(translated)),
      leftOut: notes.leftOut,
      answer: { model, streams, includeUsage: false, account: target.account },
    }
  );
}

/** Fast mode by member or token is the tier priority, in this protocol's word, for the door to judge. */
function tierOf(request: Json, { beta, standardTier }: TranslationTarget): Json {
  const speed = stringOf(request['speed']);
  const tier = stringOf(request['service_tier']);
  const tokens = (beta ?? '').split(',');
  const wish = speed !== null && sayTier(speed).lenient !== 'missing' && speed !== 'standard' ? speed : null;
  if (wish !== null) return { service_tier: sayTier(wish).exact === 'priority' ? 'priority' : wish };
  if (tokens.some(isFastBeta)) return { service_tier: 'priority' };
  if (tier !== null && tier !== 'auto' && tier !== 'standard_only') return { service_tier: tier };
  return (speed === 'standard' || tier === 'standard_only') && standardTier === 'default'
    ? { service_tier: 'default' }
    : {};
}

function limitsOf(request: Json, { upstreamModel, isLogin }: TranslationTarget, notes: TranslationNotes): Json {
  const { max_tokens: max, temperature, top_p: topP, stop_sequences: stops } = request;
  if (Array.isArray(stops) && stops.length > 0) notes.cannot('stop_sequences');
  const limits: Record<string, unknown> = {};
  if (isLogin && max !== undefined) notes.leaveOut('max_tokens');
  else if (typeof max === 'number') limits['max_output_tokens'] = leastTokens(max);
  for (const [name, value] of presentMembers({ temperature, top_p: topP })) {
    if (isLogin || refusesSampling(upstreamModel)) notes.leaveOut(name);
    else limits[name] = value;
  }
  return limits;
}

/** How much to think, and whether to show it; what a message says of its own turn goes before what the request says. */
function thoughtOf(request: Json, ofTurn: string | null, notes: TranslationNotes): Json {
  const { thinking, output_config: config } = request;
  const said = isJson(thinking) ? thinking : {};
  // A binding says how Anthropic is to check its own signatures.
  notes.rest(said, 'thinking', ['type', 'budget_tokens', 'display'], ['block_binding']);
  const chosen = ofTurn ?? (isJson(config) ? stringOf(config['effort']) : null);
  const effort = chosen === 'max' ? 'xhigh' : chosen;
  switch (said['type']) {
    case undefined:
      return effort === null ? {} : { reasoning: { effort }, include: [ENCRYPTED_REASONING] };
    case 'disabled':
      return { reasoning: { effort: 'none' } };
    case 'enabled':
    case 'adaptive':
    case 'between_tools': {
      const budget = typeof said['budget_tokens'] === 'number' ? effortFor(said['budget_tokens']) : null;
      const how = effort ?? budget;
      const summary = said['display'] === 'omitted' ? {} : { summary: 'auto' };
      return { reasoning: { ...(how === null ? {} : { effort: how }), ...summary }, include: [ENCRYPTED_REASONING] };
    }
    default:
      notes.cannot(`thinking of type ${quoted(said['type'])}`);
      return {};
  }
}

/** A budget of thinking tokens as the effort that comes nearest. */
function effortFor(tokens: number): string {
  return tokens < 4096 ? 'low' : tokens < 16_384 ? 'medium' : 'high';
}

function formatOf(request: Json, notes: TranslationNotes): Json {
  const { output_config: config, output_format: format } = request;
  if (isJson(config)) notes.rest(config, 'output_config', ['effort', 'format'], ['task_budget']);
  const wanted = isJson(config) && isJson(config['format']) ? config['format'] : format;
  if (wanted === undefined || wanted === null) return {};
  if (!isJson(wanted) || wanted['type'] !== 'json_schema') {
    notes.cannot('output_format');
    return {};
  }
  return { text: { format: { type: 'json_schema', name: 'answer', schema: wanted['schema'], strict: true } } };
}

/** Turns of one user share the provider's cache; who it is stays here. */
function cacheKeyOf(metadata: unknown, notes: TranslationNotes): Json {
  if (!isJson(metadata)) return {};
  notes.rest(metadata, 'metadata', ['user_id']);
  const user = stringOf(metadata['user_id']);
  if (user === null) return {};
  return { prompt_cache_key: createHash('sha256').update(user).digest('hex').slice(0, 32) };
}

function restOf(request: Json, notes: TranslationNotes): Json {
  const rest: Record<string, unknown> = {};
  for (const [name, value] of presentMembers(request)) {
    if (HANDLED.has(name)) continue;
    if (HINTS.includes(name)) notes.leaveOut(name);
    else if (UNTRANSLATABLE.includes(name)) notes.cannot(name);
    else rest[name] = value;
  }
  return rest;
}
