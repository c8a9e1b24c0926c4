/** What asks for reasoning that the next request can bring back. */
export const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Fewer output tokens than this the Responses protocol does not take. */
const LEAST_TOKENS = 16;

/** A limit of output tokens that the Responses protocol takes. */
export function leastTokens(max: number): number {
  return Math.max(LEAST_TOKENS, max);
}

/** True for models that refuse a temperature: the reasoning ones, from the fifth generation on. */
export function refusesSampling(model: string): boolean {
  const generation = /^gpt-(\d+)/.exec(model)?.[1];
  return /^o\d/.test(model) || /^codex/.test(model) || (generation !== undefined && Number(generation) >= 5);
}
