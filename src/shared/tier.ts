import { z } from 'zod';
import { readLoosely, trimSpace } from './fold.ts';

/** The tiers a provider knows, in normal form; `fast` is another spelling of `priority`. */
export const TIERS = ['auto', 'default', 'flex', 'priority', 'scale', 'ultrafast'] as const;

/** One class of service in normal form. */
export type Tier = (typeof TIERS)[number];

/** The normal forms as a schema, for settings and for the control contract. */
export const TierSchema = z.enum(TIERS);

/**
 * What one spelling of a tier amounts to: a tier, a string outside the list, nothing at all (`missing`), or a value that
 * is no string and therefore no tier (`none`).
 */
export type TierClass = Tier | 'unknown' | 'missing' | 'none';

/** One tier as a tool said it, with the exact and the loosest reading of it. */
export interface TierSaid {
  /** The text as sent; null when no string was sent. */
  readonly text: string | null;
  /** Trimmed and lower-cased, aliases resolved. */
  readonly exact: TierClass;
  /** As the loosest common reader would see it; only filter and block look at it. */
  readonly lenient: TierClass;
}

/** The absence of a tier. */
export const NO_TIER: TierSaid = { text: null, exact: 'missing', lenient: 'missing' };

/** A value that is not a string: it is left to the upstream and matches no rule. */
export const NOT_A_TIER: TierSaid = { text: null, exact: 'none', lenient: 'none' };

const known: ReadonlySet<string> = new Set(TIERS);

/** Reads one spelling of a tier. */
export function sayTier(text: string): TierSaid {
  const usual = USUAL.get(text);
  if (usual !== undefined) return usual;
  return { text, exact: classify(trimSpace(text).toLowerCase()), lenient: classify(readLoosely(text)) };
}

/** The spellings that nearly every tool uses, read once. */
const USUAL: ReadonlyMap<string, TierSaid> = new Map([
  ...TIERS.map((tier): [string, TierSaid] => [tier, { text: tier, exact: tier, lenient: tier }]),
  ['fast', { text: 'fast', exact: 'priority', lenient: 'priority' }],
]);

function classify(normal: string): TierClass {
  if (normal === '') return 'missing';
  if (normal === 'fast') return 'priority';
  return isTier(normal) ? normal : 'unknown';
}

/** True for a tier in normal form. */
export function isTier(text: string): text is Tier {
  return known.has(text);
}

/** The normal form of a tier that an upstream reports, or the text itself where it is not in the list; null for nothing. */
export function reportedTier(text: string | null): string | null {
  if (text === null) return null;
  const said = sayTier(text);
  if (said.exact === 'missing') return null;
  return said.exact === 'unknown' ? text : said.exact;
}

/** How far the served tier can be believed: a key account at OpenAI, another upstream, or a login whose echo says nothing. */
export type ServedTrust = 'authoritative' | 'reported' | 'unverifiable';

/** Price order, cheapest first; what is not in it cannot be compared (spec: openai-gateway E.6). */
const COST_RANK: Readonly<Record<string, number>> = {
  ...{ flex: 0, default: 1, scale: 1, priority: 2, ultrafast: 3 },
  // What upstreams beside OpenAI call Standard.
  ...{ standard: 1, on_demand: 1 },
};

/** Where a tier stands in price order; no tier is Standard. Null for one that cannot be compared. */
export function tierRank(tier: string | null): number | null {
  return tier === null || tier === 'auto' ? STANDARD_RANK : (COST_RANK[tier] ?? null);
}

const STANDARD_RANK = 1;

/**
 * The tier that is priced: the cheaper of sent and served when served can be believed, else sent. Without a sent tier, or
 * with `auto`, the project's own setting decides upstream, so only a believable served tier answers; null is unknown. A
 * login's echo says nothing unless it says `flex`, which it never says by itself.
 */
export function billedTier(sent: string | null, served: string | null, trust: ServedTrust): string | null {
  const believed = trust === 'unverifiable' && served !== 'flex' ? null : served;
  if (sent === null || sent === 'auto') return believed === 'auto' ? null : believed;
  if (believed === null) return sent;
  const sentRank = COST_RANK[sent];
  const servedRank = COST_RANK[believed];
  if (sentRank === undefined || servedRank === undefined) return sent;
  return servedRank < sentRank ? believed : sent;
}

/**
 * True where a dearer tier was asked for and sent, and a cheaper one served and billed: at OpenAI that is how a limit on
 * fast growth shows itself.
 */
export function wasDowngraded(tiers: {
  readonly requested: string | null;
  readonly sent: string | null;
  readonly served: string | null;
  readonly billed: string | null;
}): boolean {
  const { requested, sent, served, billed } = tiers;
  if (requested === null || sent === null || billed === null || billed !== served) return false;
  const sentRank = COST_RANK[sent] ?? 0;
  const billedRank = COST_RANK[billed];
  if (billedRank === undefined || sentRank <= 1 || billedRank >= sentRank) return false;
  return (COST_RANK[sayTier(requested).exact] ?? 0) >= sentRank;
}
