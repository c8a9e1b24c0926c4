import { fold, readLoosely } from './fold.ts';

/**
 * A table from the model a tool names to the model the upstream is asked for; one trailing `*` makes a key a prefix, and `*` as
 * a target leaves the name as it is.
 */
export type ModelMapping = Readonly<Record<string, string>>;

/** True when the pattern names the model exactly, or is its prefix before one trailing `*`; a `*` elsewhere is literal. */
export function matchesModel(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model;
}

/** The same comparison as the loosest upstream would make it. */
export function matchesModelLeniently(pattern: string, model: string): boolean {
  return matchesModel(readLoosely(pattern), readLoosely(model));
}

/** The mapping's answer for a model: the exact key, else the longest matching prefix; null when no key matches. */
export function mapModel(mapping: ModelMapping, model: string): string | null {
  if (Object.hasOwn(mapping, model)) return targetOf(mapping, model, model);
  let best: string | null = null;
  for (const pattern of Object.keys(mapping)) {
    if (pattern.endsWith('*') && matchesModel(pattern, model) && pattern.length > (best?.length ?? 0)) best = pattern;
  }
  return best === null ? null : targetOf(mapping, best, model);
}

function targetOf(mapping: ModelMapping, pattern: string, model: string): string | null {
  const target = mapping[pattern] ?? null;
  return target === '*' ? model : target;
}

/** True when a mapping is empty, and so allows every model under its own name, or has an answer for this one. */
export function servesModel(mapping: ModelMapping, model: string): boolean {
  return Object.keys(mapping).length === 0 || mapModel(mapping, model) !== null;
}

/**
 * True when a mapping treats the name's `-fast` ending as a wish for the Fast tier: the tool asked for `<model>-fast` and
 * the account answers it with a model of another ending.
 */
export function isFastAlias(requested: string, upstream: string): boolean {
  return requested !== upstream && fold(requested).endsWith('-fast') && !fold(upstream).endsWith('-fast');
}
