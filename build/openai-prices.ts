import type { PriceTier, Rates, TableRow, TableSource, TierRates } from '../src/shared/prices/table.ts';
import { picodollars } from './picodollars.ts';

/** One tier of an official row, in US dollars for a million tokens. */
interface OfficialTier {
  readonly input: number | null;
  readonly cached_input: number | null;
  readonly cache_write: number | null;
  readonly output: number | null;
  readonly above_272k?: OfficialTier;
}

interface OfficialRow {
  readonly model: string;
  readonly tiers: Readonly<Record<string, OfficialTier>>;
}

/** A row of the snapshot: `input`, `input_flex`, `input_above_272k_flex` and so on. */
type SnapshotRow = Readonly<Record<string, string | number | undefined>> & { readonly model: string };

/** The published prices. */
export interface OpenaiInput {
  readonly generated: string;
  readonly sources: {
    readonly official: { readonly url: string };
    readonly litellm_snapshot: { readonly date_of_copy: string };
  };
  readonly litellm_rows: readonly SnapshotRow[];
  readonly official_rows: readonly OfficialRow[];
}

interface Since {
  readonly from: string;
  readonly without?: readonly string[];
  readonly withoutLong?: readonly string[];
}

/** Since when they count. */
export interface DaysInput {
  readonly oldestSnapshot: string;
  readonly longContextAbove: number;
  readonly regional: { readonly families: readonly string[] };
  readonly noLongContextFast: { readonly models: readonly string[] };
  readonly official: Readonly<Record<string, readonly Since[]>>;
  readonly snapshotBesideOfficial: { readonly models: readonly string[] };
  readonly leftOut: Readonly<Record<string, string>>;
}

/** OpenAI's rows. */
export interface OpenaiRows {
  readonly rows: readonly TableRow[];
  readonly sources: Readonly<Record<string, TableSource>>;
  /** The day of the oldest and of the newest reading. */
  readonly oldest: string;
  readonly read: string;
}

const TIER_NAMES: Readonly<Record<string, PriceTier>> = {
  standard: 'standard',
  priority: 'fast',
  flex: 'flex',
  ultrafast: 'ultrafast',
};

/** A dated name means the model that it is a date of. */
const DATE = /-\d{4}-\d{2}-\d{2}$/;

/** Official rows first; of the snapshot only models that the official page does not list, and Batch where it has none. */
export function openaiRows(prices: OpenaiInput, days: DaysInput): OpenaiRows {
  const official = new Set(prices.official_rows.map(({ model }) => model));
  const snapshot = new Map(prices.litellm_rows.map((row) => [row.model, row]));
  const officialRows = prices.official_rows.flatMap((row) =>
    (days.official[row.model] ?? [{ from: days.oldestSnapshot }]).map((since) =>
      officialRow(row, since, snapshot.get(row.model), days),
    ),
  );
  const snapshotRows = prices.litellm_rows
    .filter(({ model }) => {
      if (days.leftOut[model] !== undefined) return false;
      if (days.snapshotBesideOfficial.models.includes(model)) return true;
      return !official.has(model) && !official.has(model.replace(DATE, '')) && !isDateOfAnother(model, snapshot);
    })
    .map((row) => snapshotRow(row, days));
  return {
    rows: [...officialRows, ...snapshotRows],
    sources: {
      openai: { url: prices.sources.official.url, read: prices.generated },
      litellm: {
        url: 'https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json',
        read: prices.sources.litellm_snapshot.date_of_copy.slice(0, 10),
      },
    },
    oldest: days.oldestSnapshot,
    read: prices.generated,
  };
}

function isDateOfAnother(model: string, snapshot: ReadonlyMap<string, SnapshotRow>): boolean {
  return DATE.test(model) && snapshot.has(model.replace(DATE, ''));
}

function officialRow(
  { model, tiers }: OfficialRow,
  { from, without = [], withoutLong = [] }: Since,
  snapshot: SnapshotRow | undefined,
  days: DaysInput,
): TableRow {
  const listed = Object.entries(tiers).filter(([name]) => !without.includes(name));
  const short = Object.fromEntries(listed.map(([name, tier]) => [tierName(name), officialRates(tier)]));
  const long = Object.fromEntries(
    listed.flatMap(([name, { above_272k: tier }]) =>
      tier === undefined || withoutLong.includes(name) ? [] : [[tierName(name), officialRates(tier)]],
    ),
  );
  const sole = Object.keys(short).join() === 'standard';
  return rowOf({ model, from, source: 'openai', short: withBatch(short, snapshot), long: withBatch(long), sole }, days);
}

/** Batch costs what Flex costs; where there is no Flex, what the snapshot says. */
function withBatch(rates: TierRates, snapshot?: SnapshotRow): TierRates {
  if (rates.flex !== undefined) return { ...rates, batch: rates.flex };
  const batch = snapshot === undefined ? null : snapshotRates(snapshot, '_batches');
  return batch === null ? rates : { ...rates, batch };
}

function snapshotRow(row: SnapshotRow, days: DaysInput): TableRow {
  const columns: readonly (readonly [PriceTier, string])[] = [
    ['standard', ''],
    ['fast', '_priority'],
    ['flex', '_flex'],
    ['batch', '_batches'],
  ];
  const rates = (infix: string): TierRates =>
    Object.fromEntries(
      columns.flatMap(([tier, suffix]) => {
        const found = snapshotRates(row, `${infix}${suffix}`);
        return found === null ? [] : [[tier, found]];
      }),
    );
  const [short, long] = [rates(''), rates('_above_272k')];
  return rowOf(
    {
      model: row.model,
      from: days.oldestSnapshot,
      source: 'litellm',
      short: withBatch(short),
      long: withBatch(long),
      sole: false,
    },
    days,
  );
}

interface Parts {
  readonly model: string;
  readonly from: string;
  readonly source: string;
  readonly short: TierRates;
  readonly long: TierRates;
  readonly sole: boolean;
}

function rowOf({ model, from, source, short, long, sole }: Parts, days: DaysInput): TableRow {
  const noLongFast = days.noLongContextFast.models.includes(model);
  const regional = days.regional.families.some((family) => model === family || model.startsWith(`${family}-`));
  return {
    provider: 'openai',
    model,
    from,
    source,
    tiers: short,
    ...(long.standard === undefined
      ? {}
      : {
          long: {
            above: days.longContextAbove,
            tiers: long,
            ...(noLongFast ? { asStandard: ['fast'] as const } : {}),
          },
        }),
    ...(regional ? { regional: [11, 10] as const } : {}),
    ...(sole ? { sole: true as const } : {}),
  };
}

function officialRates({ input, cached_input, cache_write, output }: OfficialTier): Rates {
  return [picodollars(input), picodollars(cached_input), picodollars(cache_write), picodollars(output)];
}

function snapshotRates(row: SnapshotRow, suffix: string): Rates | null {
  const rate = (name: string): number | null => {
    const price = row[`${name}${suffix}`];
    return typeof price === 'number' ? picodollars(price) : null;
  };
  const [input, output] = [rate('input'), rate('output')];
  return input === null || output === null ? null : [input, rate('cached_input'), rate('cache_write'), output];
}

function tierName(name: string): PriceTier {
  const tier = TIER_NAMES[name];
  if (tier === undefined) throw new Error(`there is no tier ${name}`);
  return tier;
}
