import { type Account, SANDBOX_ACCOUNT, isSandbox } from '../account.ts';
import { mapModel } from '../model.ts';
import type { PriceOverride } from '../price-override.ts';
import { type CompiledRates, PRICE_TIERS, type PriceTier, type TableRow, type PriceTable } from './table.ts';

/** A price that counts from one moment on, ready to be multiplied. */
export interface Price {
  readonly from: number;
  /** The table that it stands in, or `settings`. */
  readonly version: string;
  readonly tiers: TierPrices;
  readonly long: {
    readonly above: number;
    readonly tiers: TierPrices;
    readonly asStandard: readonly PriceTier[];
  } | null;
  /** Without a word of the tier it was Standard, because there is no other. */
  readonly sole: boolean;
}

/** Rates by tier. */
type TierPrices = Readonly<Partial<Record<PriceTier, CompiledRates>>>;

/** What decides about the prices of one account's turns. */
export interface AccountPrices {
  /** Plan usage and the sandbox are never money. */
  readonly basis: 'money' | 'credits';
  /** A plan's usage has no surcharge for long requests. */
  readonly longContext: boolean;
  /** Whether a turn that names no tier is Standard; at OpenAI with a key the project's own setting decides. */
  readonly absentIsStandard: boolean;
  /** The prices of a model, newest first; null is not known. */
  of(model: string): readonly Price[] | null;
  /** The prices of the model that answered, where that is another than was asked for, as after a fallback. */
  ofAnswer(asked: string, answered: string | null): readonly Price[] | null;
}

/** What stands for the table where the person gave the price. */
const OWN = 'settings';

/** Names from outside are remembered, but not for ever. */
const REMEMBERED = 2000;

/** Rates that overrides give are written with up to nine digits after the point: thousandths of a picodollar. */
const THOUSANDTHS = 1000;

/** All prices as one account after the other sees them; made once for each change of settings. */
export function compileBook(
  table: PriceTable,
  accounts: readonly Account[],
  overrides: readonly PriceOverride[],
): ReadonlyMap<string, AccountPrices> {
  const rows = Map.groupBy(table.rows, ({ provider }) => provider);
  return new Map(
    [SANDBOX_ACCOUNT, ...accounts].map((account) => [account.id, compile(account, table, rows, overrides)]),
  );
}

function compile(
  account: Account,
  table: PriceTable,
  rows: ReadonlyMap<string, readonly TableRow[]>,
  overrides: readonly PriceOverride[],
): AccountPrices {
  const provider = providerOf(account, table);
  const byModel = Map.groupBy(provider === null ? [] : (rows.get(provider) ?? []), ({ model }) => model);
  const own = new Map(
    // The account's own come last and win.
    [
      ...overrides.filter((one) => one.account === undefined),
      ...overrides.filter((one) => one.account === account.id),
    ].map((override) => [override.model, [priceOfOverride(override)]]),
  );
  const known = new Map<string, readonly Price[] | null>();
  const find = (model: string): readonly Price[] | null => {
    const mapped = mapModel(account.modelMapping, model);
    for (const name of [model, withoutDate(model), ...(mapped === null ? [] : [mapped, withoutDate(mapped)])]) {
      const found = own.get(name) ?? byModel.get(name)?.map((row) => priceOfRow(row, table.version, account.regional));
      if (found !== undefined) return found.toSorted((one, other) => other.from - one.from);
    }
    return null;
  };
  const plan = account.kind === 'oauth';
  const of = (model: string): readonly Price[] | null => {
    const before = known.get(model);
    if (before !== undefined) return before;
    const found = find(model);
    if (known.size >= REMEMBERED) known.clear();
    known.set(model, found);
    return found;
  };
  return {
    basis: plan || isSandbox(account) ? 'credits' : 'money',
    longContext: !plan,
    absentIsStandard: plan || provider !== 'openai',
    of,
    ofAnswer: (asked, answered) => {
      const prices = of(asked);
      // A login's answer proves nothing, and a price that the person gave to the name asked for is theirs to give.
      if (prices === null || answered === null || plan || prices[0]?.version === OWN) return prices;
      return withoutDate(answered) === withoutDate(asked) ? prices : (of(answered) ?? prices);
    },
  };
}

/** Who sells: said by the account, or by the address of a compatible one; the sandbox has OpenAI's prices. */
function providerOf(account: Account, { providers }: PriceTable): string | null {
  if (account.provider !== 'compatible') return account.provider;
  if (isSandbox(account)) return 'openai';
  return providers.find(({ at }) => new RegExp(`^(?:${at})`, 'i').test(account.baseUrl))?.id ?? null;
}

/** `gpt-5.5-2026-04-23` is `gpt-5.5` as of a day, and `claude-opus-5-20260701` likewise. */
function withoutDate(model: string): string {
  return model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, '');
}

function priceOfRow(row: TableRow, version: string, inRegion: boolean): Price {
  const [times, per] = (inRegion ? row.regional : undefined) ?? [1, 1];
  const compiled = (tiers: TableRow['tiers']): TierPrices =>
    byTier((tier) => {
      const rates = tiers[tier];
      if (rates === undefined) return undefined;
      const [input, cached, cacheWrite, output, cacheWriteHour = null] = rates;
      return reduced({ input, cached, cacheWrite, cacheWriteHour, output }, (rate) => rate * times, per);
    });
  return {
    from: Date.parse(row.from),
    version,
    tiers: compiled(row.tiers),
    long:
      row.long === undefined
        ? null
        : { above: row.long.above, tiers: compiled(row.long.tiers), asStandard: row.long.asStandard ?? [] },
    sole: row.sole ?? false,
  };
}

function priceOfOverride({ tiers }: PriceOverride): Price {
  const compiled = byTier((tier) => {
    const rates = tiers[tier];
    if (rates === undefined) return undefined;
    const { input, cached = null, cacheWrite = null, cacheWriteHour = null, output } = rates;
    return reduced({ input, cached, cacheWrite, cacheWriteHour, output }, thousandthsOf, THOUSANDTHS);
  });
  return {
    from: Number.NEGATIVE_INFINITY,
    version: OWN,
    tiers: compiled,
    long: null,
    sole: Object.keys(compiled).join() === 'standard',
  };
}

function byTier(rates: (tier: PriceTier) => CompiledRates | undefined): TierPrices {
  return Object.fromEntries(
    PRICE_TIERS.flatMap((tier) => {
      const found = rates(tier);
      return found === undefined ? [] : [[tier, found]];
    }),
  );
}

/** US dollars for a million tokens as thousandths of a picodollar for one. */
function thousandthsOf(rate: string): number {
  const [whole = '0', fraction = ''] = rate.split('.');
  return Number(whole + fraction.padEnd(9, '0'));
}

/** Whole picodollars where all rates allow it, so that a turn's parts are one multiplication each. */
function reduced<Rate>(
  { input, cached, cacheWrite, cacheWriteHour, output }: Readonly<Record<RateName, Rate | null>>,
  numberOf: (rate: Rate) => number,
  per: number,
): CompiledRates {
  const number = (rate: Rate | null): number | null => (rate === null ? null : numberOf(rate));
  const rates = {
    input: number(input),
    cached: number(cached),
    cacheWrite: number(cacheWrite),
    cacheWriteHour: number(cacheWriteHour),
    output: number(output),
  };
  if (Object.values(rates).some((rate) => rate !== null && rate % per !== 0)) return { ...rates, per };
  const divided = (rate: number | null): number | null => (rate === null ? null : rate / per);
  return {
    input: divided(rates.input),
    cached: divided(rates.cached),
    cacheWrite: divided(rates.cacheWrite),
    cacheWriteHour: divided(rates.cacheWriteHour),
    output: divided(rates.output),
    per: 1,
  };
}

type RateName = Exclude<keyof CompiledRates, 'per'>;
