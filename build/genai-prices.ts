import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type ModelPrice, findProvider } from '@pydantic/genai-prices';
import type { Rates, TableProvider, TableRow } from '../src/shared/prices/table.ts';
import { picodollars } from './picodollars.ts';

/** A price of the package: one for all, or another beyond a number of input tokens. */
type PackagePrice = ModelPrice[string];

/** Usage that is not counted in tokens of text: with such a price a figure from text tokens alone would be wrong. */
const NOT_TEXT = /audio|image|video|requests|citation|reasoning|messages|characters/;

/** Models whose work is not text, also where the package lists only what their text costs. */
const NOT_A_TEXT_MODEL = /audio|image|video|-tts|whisper|transcribe|realtime/i;

/** Plans and resellers whose use is not paid by the token. */
const NOT_SOLD_BY_TOKEN = new Set(['cursor', 'github-copilot']);

/** What the package knows of one provider. */
export interface PackageProvider {
  readonly provider: TableProvider;
  readonly rows: readonly TableRow[];
}

/** Every provider that the package holds, with the models whose price follows from text tokens alone. */
export function packageProviders(oldest: string): PackageProvider[] {
  return providerIds()
    .filter((id) => !NOT_SOLD_BY_TOKEN.has(id))
    .flatMap((id) => {
      const found = findProvider({ providerId: id });
      if (found === undefined) throw new Error(`the package has no provider ${id}`);
      const rows = found.models.flatMap(({ id: model, match, prices }) =>
        [...new Set([model, ...equalNames(match)])].flatMap((name) => datedRows(id, name, prices, oldest)),
      );
      return rows.length === 0 ? [] : [{ provider: { id, name: found.name, at: found.api_pattern }, rows }];
    });
}

/** The package lists its providers nowhere but in its own text. */
function providerIds(): string[] {
  const text = readFileSync(createRequire(import.meta.url).resolve('@pydantic/genai-prices'), 'utf8');
  const ids = [...text.matchAll(/\{id:"([^"]+)",name:"[^"]*",[^{}]*?api_pattern:/g)].map(([, id]) => id ?? '');
  if (ids.length < 30) throw new Error(`only ${ids.length} providers were found in the package`);
  return ids;
}

type Match = Parameters<typeof equalNames>[0];

/** Only names that are equal count: a beginning or a part of a name is a guess. */
function equalNames(match: object): string[] {
  if ('equals' in match && typeof match.equals === 'string') return [match.equals];
  if ('or' in match && Array.isArray(match.or)) return (match.or as Match[]).flatMap(equalNames);
  return [];
}

type Prices = NonNullable<ReturnType<typeof findProvider>>['models'][number]['prices'];

function datedRows(provider: string, model: string, prices: Prices, oldest: string): TableRow[] {
  const steps = Array.isArray(prices) ? prices : [{ prices }];
  // A price by the hour of the day has no day from which it counts.
  if (steps.some(({ constraint }) => constraint !== undefined && constraint.type !== 'start_date')) return [];
  const dated = steps.map(({ constraint, prices: price }) => {
    const start = constraint?.type === 'start_date' ? constraint.start_date : '';
    return { from: start > oldest ? start : oldest, start, price };
  });
  return dated.flatMap(({ from, start, price }) => {
    const replaced = dated.some((other) => other.from === from && other.start > start);
    const row = replaced ? null : rowOf(provider, model, from, price);
    return row === null ? [] : [row];
  });
}

function rowOf(provider: string, model: string, from: string, price: ModelPrice): TableRow | null {
  if (NOT_A_TEXT_MODEL.test(model) || Object.keys(price).some((key) => NOT_TEXT.test(key))) return null;
  if (price['input_mtok'] === undefined) return null;
  const parts = [
    price['input_mtok'],
    price['cache_read_mtok'],
    price['cache_write_mtok'],
    price['output_mtok'],
    price['cache_write_1h_mtok'],
  ];
  const starts = new Set(
    parts.flatMap((part) => (typeof part === 'object' ? part.tiers.map(({ start }) => start) : [])),
  );
  if (starts.size > 1) return null;
  const [start] = starts;
  const row = { provider, model, from, source: 'genai-prices', tiers: { standard: ratesOf(parts, basePrice) } };
  if (start === undefined) return row;
  // The package means "more than" by 271999 as by 272000; the provider's rule is more than 272000.
  const above = start === 271_999 ? 272_000 : start;
  return { ...row, long: { above, tiers: { standard: ratesOf(parts, highestPrice) } } };
}

function ratesOf(parts: readonly PackagePrice[], pick: (part: PackagePrice) => number | undefined): Rates {
  const [input = null, cached = null, cacheWrite = null, output = null, cacheWriteHour = null] = parts.map((part) =>
    picodollars(pick(part) ?? null),
  );
  return cacheWriteHour === null
    ? [input, cached, cacheWrite, output]
    : [input, cached, cacheWrite, output, cacheWriteHour];
}

function basePrice(part: PackagePrice): number | undefined {
  return typeof part === 'object' ? part.base : part;
}

function highestPrice(part: PackagePrice): number | undefined {
  return typeof part === 'object' ? part.tiers.at(-1)?.price : part;
}
