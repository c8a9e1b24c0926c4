import { NO_USAGE, type Usage } from '../../shared/usage.ts';

type Json = Readonly<Record<string, unknown>>;

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
 * Reads the `usage` of a terminal event (spec B.7). A usage with one wrong part is dropped whole: half a usage would make
 * a bill that looks complete and is not.
 */
export function eventUsage(value: unknown): Usage {
  if (!isObject(value)) return NO_USAGE;
  const input = count(value['input_tokens'] ?? value['prompt_tokens']);
  const output = count(value['output_tokens'] ?? value['completion_tokens']);
  const read = part(first(value, INPUT_DETAILS));
  const written = part(first(value, OUTPUT_DETAILS));
  const cached = optional(read['cached_tokens']);
  const reasoning = optional(written['reasoning_tokens']);
  const cacheWrite = optional(first(read, CACHE_WRITE_DETAILS) ?? first(value, CACHE_WRITE));
  if (input === null || output === null || cached === 'wrong' || reasoning === 'wrong' || cacheWrite === 'wrong')
    return NO_USAGE;
  // Some providers leave the reasoning out of what was written; their total tells.
  const apart = reasoning !== null && reasoning > 0 && count(value['total_tokens']) === input + output + reasoning;
  return {
    input,
    cached,
    cacheWrite,
    cacheWriteHour: null,
    output: apart ? output + reasoning : output,
    reasoning,
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function part(value: unknown): Json {
  return isObject(value) ? value : {};
}

function first(value: Json, names: readonly string[]): unknown {
  return names.map((name) => value[name]).find((one) => one !== undefined && one !== null);
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A part that may be missing, but not be something else than a count. */
function optional(value: unknown): number | null | 'wrong' {
  return value === undefined || value === null ? null : (count(value) ?? 'wrong');
}
