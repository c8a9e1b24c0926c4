import type { Account } from './account.ts';
import type { PriceOverride } from './price-override.ts';
import { type AccountPrices, type Price, compileBook } from './prices/book.ts';
import type { CompiledRates, PriceTable, PriceTier } from './prices/table.ts';
import { sayTier } from './tier.ts';
import type { Turn } from './turn.ts';

/** What a turn's figures follow from. */
export type PricedTurn = Pick<
  Turn,
  'startedAt' | 'sentAt' | 'account' | 'route' | 'models' | 'tiers' | 'verdict' | 'tokens'
>;

/** A turn's figures: all that the ledger keeps of money. */
export type TurnPrice = Pick<Turn, 'cost' | 'costBasis' | 'saved' | 'premium' | 'priceVersion'>;

/** The figures of a turn whose price is not known. */
export const UNPRICED: TurnPrice = {
  cost: { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total: null },
  costBasis: null,
  saved: null,
  premium: null,
  priceVersion: null,
};

/** What is asked for there runs no model: to count tokens, to keep files, to see what became of a batch. */
const FREE_ROUTE = /^\/(?:messages\/count_tokens|files(?:\/.+)?|(?:messages\/)?batches\/.+)$/;

/** What the settings give to pricing. */
export interface PricingSettings {
  readonly accounts: readonly Account[];
  readonly prices: readonly PriceOverride[];
}

/** Tokens as they are priced: each counted once. */
interface BilledTokens {
  readonly plain: number;
  readonly cached: number;
  /** For five minutes. */
  readonly cacheWrite: number;
  readonly cacheWriteHour: number;
  /** Null is not known, which only matters where output is sold. */
  readonly output: number | null;
  readonly long: boolean;
}

/** What single tokens cost on one account, in picodollars. */
export interface TokenRates {
  /** Money and credits cannot be compared. */
  readonly basis: AccountPrices['basis'];
  readonly input: number;
  readonly output: number;
}

/** Tells what turns cost. Made once for each change of settings or of the table; a turn's price is then a few look-ups. */
export class Pricing {
  readonly #book: ReadonlyMap<string, AccountPrices>;

  constructor(table: PriceTable, { accounts, prices }: PricingSettings) {
    this.#book = compileBook(table, accounts, prices);
  }

  /** The turn's figures, by the price of the day on which it began. */
  price(turn: PricedTurn): TurnPrice {
    const free = this.#free(turn);
    if (free !== null) return free;
    const found = this.#find(turn);
    if (found === null) return UNPRICED;
    const { prices, price, tokens } = found;
    const billed = billedTier(turn, prices, price);
    const cost = costOf(price, billed, tokens);
    if (cost === null) return UNPRICED;
    return {
      cost,
      costBasis: prices.basis,
      saved: savedBy(turn, prices, price, tokens, billed, cost.total),
      premium: premiumOf(price, tokens, billed, cost.total),
      priceVersion: price.version,
    };
  }

  /** What the same turn would have cost in another tier, spelled as a tool would; null is no tier, or not known. */
  costAt(turn: PricedTurn, tier: string | null): number | null {
    if (this.#free(turn) !== null) return 0;
    const found = this.#find(turn);
    if (found === null) return null;
    const { prices, price, tokens } = found;
    return costOf(price, tierOf(tier, prices, price), tokens)?.total ?? null;
  }

  /** What tokens of a model cost on an account, in a tier as it is sent; null is not known. */
  rates(account: string, model: string, tier: string | null, at: number): TokenRates | null {
    const prices = this.#book.get(account);
    const price = prices?.of(model)?.find(({ from }) => from <= at);
    if (prices === undefined || price === undefined) return null;
    const rates = ratesOf(price, tierOf(tier, prices, price), false);
    if (rates === undefined || rates.input === null) return null;
    return { basis: prices.basis, input: rates.input / rates.per, output: (rates.output ?? 0) / rates.per };
  }

  /** The figures of what costs nothing; null for anything else. */
  #free({ account, sentAt, route }: PricedTurn): TurnPrice | null {
    if (account === null || sentAt === null || route === null || !FREE_ROUTE.test(route)) return null;
    const prices = this.#book.get(account);
    if (prices === undefined) return null;
    return { cost: NO_COST, costBasis: prices.basis, saved: 0, premium: 0, priceVersion: null };
  }

  #find(turn: PricedTurn): { prices: AccountPrices; price: Price; tokens: BilledTokens } | null {
    const { account, models, sentAt, startedAt } = turn;
    if (account === null || sentAt === null || models.upstream === null) return null;
    const prices = this.#book.get(account);
    const price = prices?.ofAnswer(models.upstream, models.served)?.find(({ from }) => from <= startedAt);
    if (prices === undefined || price === undefined) return null;
    const tokens = billedTokens(turn.tokens, prices.longContext ? (price.long?.above ?? Infinity) : Infinity);
    return tokens === null ? null : { prices, price, tokens };
  }
}

/** `input` counts everything read, so what was cached or written to the cache is taken out of it, never below nothing. */
function billedTokens(tokens: Turn['tokens'], longAbove: number): BilledTokens | null {
  const { input, cached, cacheWrite, cacheWriteHour, output } = tokens;
  if (input === null) return null;
  // An upstream without a word of its cache has none.
  const [read, written] = [cached ?? 0, cacheWrite ?? 0];
  const hour = Math.min(cacheWriteHour ?? 0, written);
  return {
    plain: Math.max(0, input - read - written),
    cached: read,
    cacheWrite: written - hour,
    cacheWriteHour: hour,
    output,
    long: input > longAbove,
  };
}

/** The class that a turn is priced in; null is not known. */
function billedTier(turn: PricedTurn, prices: AccountPrices, price: Price): PriceTier | null {
  const { sent, billed } = turn.tiers;
  if (billed !== null) return priceTier(billed);
  return price.sole || (sent === null && prices.absentIsStandard) ? 'standard' : null;
}

/** The class that a tier of a request means; without a project's setting behind it, no tier is Standard. */
function tierOf(tier: string | null, prices: AccountPrices, price: Price): PriceTier | null {
  const said = tier === null ? 'missing' : sayTier(tier).exact;
  if (said === 'missing') return price.sole || prices.absentIsStandard ? 'standard' : null;
  return priceTier(said);
}

/**
 * `auto` and `scale` have no price of their own: the one is whatever the project says, the other is bought ahead. Groq
 * calls its Standard `on_demand`.
 */
function priceTier(tier: string): PriceTier | null {
  switch (tier) {
    case 'default':
    case 'standard':
    case 'on_demand':
      return 'standard';
    case 'priority':
      return 'fast';
    case 'flex':
    case 'ultrafast':
    case 'batch':
      return tier;
    default:
      return null;
  }
}

function ratesOf({ tiers, long }: Price, tier: PriceTier | null, isLong: boolean): CompiledRates | undefined {
  if (tier === null) return undefined;
  if (!isLong || long === null) return tiers[tier];
  // Without such a rule a tier that is not listed for long requests has no price there; multiples are never stacked.
  return long.tiers[long.asStandard.includes(tier) ? 'standard' : tier];
}

const NO_COST: KnownCost = { input: 0, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 0, total: 0 };

type KnownCost = { readonly [Part in keyof Turn['cost']]: number };

function costOf(price: Price, tier: PriceTier | null, tokens: BilledTokens): KnownCost | null {
  const rates = ratesOf(price, tier, tokens.long);
  if (rates === undefined) return null;
  // What has no price of its own is plain input; where writing for five minutes has one, writing for an hour has another.
  const isPlain = rates.cacheWrite === null && rates.cacheWriteHour === null;
  const plain =
    tokens.plain +
    (rates.cached === null ? tokens.cached : 0) +
    (rates.cacheWrite === null ? tokens.cacheWrite : 0) +
    (isPlain ? tokens.cacheWriteHour : 0);
  const input = partOf(plain, rates.input, rates.per);
  const cached = rates.cached === null ? 0 : partOf(tokens.cached, rates.cached, rates.per);
  const cacheWrite = rates.cacheWrite === null ? 0 : partOf(tokens.cacheWrite, rates.cacheWrite, rates.per);
  const cacheWriteHour = isPlain ? 0 : partOf(tokens.cacheWriteHour, rates.cacheWriteHour, rates.per);
  const output = partOf(tokens.output, rates.output, rates.per);
  if (input === null || cached === null || cacheWrite === null || cacheWriteHour === null || output === null)
    return null;
  const total = input + cached + cacheWrite + cacheWriteHour + output;
  return total <= Number.MAX_SAFE_INTEGER ? { input, cached, cacheWrite, cacheWriteHour, output, total } : null;
}

/** One part in whole picodollars, a half rounded up; null where it is not known, or more than the ledger can hold. */
function partOf(tokens: number | null, rate: number | null, per: number): number | null {
  if (rate === null) return (tokens ?? 0) === 0 ? 0 : null;
  if (tokens === null) return null;
  const product = tokens * rate;
  if (product <= Number.MAX_SAFE_INTEGER) {
    if (per === 1) return product;
    const rest = product % per;
    return (product - rest) / per + (rest * 2 >= per ? 1 : 0);
  }
  const divisor = BigInt(per);
  const exact = (BigInt(tokens) * BigInt(rate) * 2n + divisor) / (divisor * 2n);
  return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : null;
}

/** What the turn would have cost as it was asked for, less what it cost; nothing where the policy left the tier alone. */
function savedBy(
  turn: PricedTurn,
  prices: AccountPrices,
  price: Price,
  tokens: BilledTokens,
  billed: PriceTier | null,
  total: number,
): number | null {
  const { verdict, tiers } = turn;
  if (verdict !== 'filter' && verdict !== 'force') return 0;
  if (tiers.requested === tiers.sent) return 0;
  const asked = tierOf(tiers.requested, prices, price);
  if (asked === billed) return 0;
  const cost = costOf(price, asked, tokens);
  return cost === null ? null : cost.total - total;
}

/** What the turn cost more than at Standard; nothing in a tier that is no dearer class. */
function premiumOf(price: Price, tokens: BilledTokens, billed: PriceTier | null, total: number): number | null {
  if (billed !== 'fast' && billed !== 'ultrafast') return 0;
  const standard = costOf(price, 'standard', tokens);
  return standard === null ? null : total - standard.total;
}
