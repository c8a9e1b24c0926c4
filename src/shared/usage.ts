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

/** The parts of a usage, as Responses, Realtime and Chat call them. */
const INPUT_DETAILS = ['input_tokens_details', 'input_token_details', 'prompt_tokens_details'] as const;
const OUTPUT_DETAILS = ['output_tokens_details', 'output_token_details', 'completion_tokens_details'] as const;

/** Where upstreams put the tokens they wrote to a cache, in the order they are believed. */
const CACHE_WRITE_DETAILS = ['cache_write_tokens', 'cache_creation_tokens'] as const;
const CACHE_WRITE = [
  'cache_write_tokens',
  'cache_creation_input_tokens',
  'cache_write_input_tokens',
  'cache_creation_tokens',
] as const;

/**
 * Reads the `usage` of OpenAI's protocols, of whole answers and of terminal events. One with a wrong part is dropped whole
 * (spec B.7): half a usage would make a bill that looks complete and is not.
 */
export function openAIUsage(value: unknown): Usage {
  if (!isObject(value)) return NO_USAGE;
  const read = part(first(value, INPUT_DETAILS));
  const written = part(first(value, OUTPUT_DETAILS));
  const input = count(value['input_tokens'] ?? value['prompt_tokens']);
  const output = count(value['output_tokens'] ?? value['completion_tokens']);
  const cached = count(read['cached_tokens']);
  const cacheWrite = count(first(read, CACHE_WRITE_DETAILS) ?? first(value, CACHE_WRITE));
  const reasoning = count(written['reasoning_tokens']);
  if (input === 'wrong' || output === 'wrong' || cached === 'wrong' || cacheWrite === 'wrong' || reasoning === 'wrong')
    return NO_USAGE;
  // xAI leaves the reasoning out of what was written; its total tells.
  const sum = (input ?? 0) + (output ?? 0) + (reasoning ?? 0);
  const apart = output !== null && reasoning !== null && reasoning > 0 && value['total_tokens'] === sum;
  return { input, cached, cacheWrite, cacheWriteHour: null, output: apart ? output + reasoning : output, reasoning };
}

/** Reads a Messages `usage` object, whose input leaves out what was read from the cache and written to it. */
export function messagesUsage(value: unknown): Usage {
  if (!isObject(value)) return NO_USAGE;
  const fresh = believed(value['input_tokens']);
  const cached = believed(value['cache_read_input_tokens']);
  const lifetimes = part(value['cache_creation']);
  const short = believed(lifetimes['ephemeral_5m_input_tokens']);
  const hour = believed(lifetimes['ephemeral_1h_input_tokens']);
  const cacheWrite = believed(value['cache_creation_input_tokens']) ?? (hour === null ? null : hour + (short ?? 0));
  return {
    input: fresh === null ? null : fresh + (cached ?? 0) + (cacheWrite ?? 0),
    cached,
    cacheWrite,
    cacheWriteHour: hour === null || cacheWrite === null ? null : Math.min(hour, cacheWrite),
    output: believed(value['output_tokens']),
    reasoning: believed(part(value['output_tokens_details'])['thinking_tokens']),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function part(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function first(value: Record<string, unknown>, names: readonly string[]): unknown {
  return names.map((name) => value[name]).find((one) => one !== undefined && one !== null);
}

/** No turn has so many tokens, and sums of as many turns as a ledger holds stay exact numbers. */
const MOST_TOKENS = 10_000_000_000;

/** A count, null where there is none; a fraction, a negative number or one that no turn can have is wrong. */
function count(value: unknown): number | null | 'wrong' {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS ? value : 'wrong';
}

function believed(value: unknown): number | null {
  const counted = count(value);
  return counted === 'wrong' ? null : counted;
}
