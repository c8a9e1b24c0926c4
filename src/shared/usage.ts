/** Tokens of one turn; null is "the upstream did not say", which is not the same as 0. */
export interface Usage {
  /** Everything read, cached tokens included. */
  readonly input: number | null;
  readonly cached: number | null;
  readonly cacheWrite: number | null;
  /** Of those, what stays in the cache for an hour; the rest, and all of it where nobody said so, for five minutes. */
  readonly cacheWriteHour: number | null;
  /** Everything written, reasoning included. */
  readonly output: number | null;
  readonly reasoning: number | null;
}

/** The usage of a turn whose upstream said nothing. */
export const NO_USAGE: Usage = {
  input: null,
  cached: null,
  cacheWrite: null,
  cacheWriteHour: null,
  output: null,
  reasoning: null,
};

/** Reads a Responses `usage` object. */
export function responsesUsage(value: unknown): Usage {
  if (!isObject(value)) return NO_USAGE;
  const input = part(value['input_tokens_details']);
  const output = part(value['output_tokens_details']);
  return {
    input: count(value['input_tokens']),
    cached: count(input['cached_tokens']),
    cacheWrite: count(input['cache_write_tokens'] ?? input['cache_creation_tokens']),
    cacheWriteHour: null,
    output: count(value['output_tokens']),
    reasoning: count(output['reasoning_tokens']),
  };
}

/** Reads a Chat Completions `usage` object. */
export function chatUsage(value: unknown): Usage {
  if (!isObject(value)) return NO_USAGE;
  const input = part(value['prompt_tokens_details']);
  const output = part(value['completion_tokens_details']);
  return {
    input: count(value['prompt_tokens']),
    cached: count(input['cached_tokens']),
    cacheWrite: count(input['cache_write_tokens'] ?? input['cache_creation_tokens']),
    cacheWriteHour: null,
    output: count(value['completion_tokens']),
    reasoning: count(output['reasoning_tokens']),
  };
}

/** Reads a Messages `usage` object, whose input leaves out what was read from the cache and written to it. */
export function messagesUsage(value: unknown): Usage {
  if (!isObject(value)) return NO_USAGE;
  const fresh = count(value['input_tokens']);
  const cached = count(value['cache_read_input_tokens']);
  const lifetimes = part(value['cache_creation']);
  const [short, hour] = [count(lifetimes['ephemeral_5m_input_tokens']), count(lifetimes['ephemeral_1h_input_tokens'])];
  const cacheWrite = count(value['cache_creation_input_tokens']) ?? (hour === null ? null : hour + (short ?? 0));
  return {
    input: fresh === null ? null : fresh + (cached ?? 0) + (cacheWrite ?? 0),
    cached,
    cacheWrite,
    cacheWriteHour: hour === null || cacheWrite === null ? null : Math.min(hour, cacheWrite),
    output: count(value['output_tokens']),
    reasoning: count(part(value['output_tokens_details'])['thinking_tokens']),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function part(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

/** A count the ledger can hold; anything else, a fraction or a negative number included, is not believed. */
function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
