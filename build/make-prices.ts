import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { PriceTable, Rates, TableRow } from '../src/shared/prices/table.ts';
import { packageProviders } from './genai-prices.ts';
import { type DaysInput, type OpenaiInput, openaiRows } from './openai-prices.ts';
import { picodollars } from './picodollars.ts';
import { differences } from './price-differences.ts';

/*
 * Makes the price table from its inputs: build/prices/ and the pinned package @pydantic/genai-prices. Prints what has
 * changed; with --check it writes nothing and fails where something has.
 */
const FILE = new URL('../src/shared/prices/table.json', import.meta.url);

/** A dated name means the model that it is a date of. */
const DATE = /-\d{4}-\d{2}-\d{2}$/;

interface AnthropicInput {
  readonly url: string;
  readonly read: string;
  readonly fast: Readonly<
    Record<string, { readonly input: number; readonly output: number; readonly multiple: number }>
  >;
}

const anthropic = input('anthropic.json') as AnthropicInput;
const openai = openaiRows(input('openai.json') as OpenaiInput, input('openai-days.json') as DaysInput);

/** Adds the Fast column, and holds the published prices against the multiple. */
function withFast(row: TableRow): TableRow {
  const fast = anthropic.fast[row.model];
  const { standard } = row.tiers;
  if (fast === undefined || standard === undefined) return row;
  const rates = standard.map((rate = null) => (rate === null ? null : rate * fast.multiple)) as unknown as Rates;
  if (rates[0] !== picodollars(fast.input) || rates[3] !== picodollars(fast.output))
    throw new Error(`Fast of ${row.model} is not ${fast.multiple} times its base price`);
  return {
    ...row,
    source: 'anthropic',
    tiers: { standard, fast: rates },
  };
}

/** The official rows and the snapshot's come first; of the package only what they lack counts. */
function ofOpenai(rows: readonly TableRow[]): TableRow[] {
  const known = new Set(openai.rows.map(({ model }) => model));
  const lacked = rows.filter(({ model }) => !known.has(model) && !known.has(model.replace(DATE, '')));
  const names = new Set([...known, ...lacked.map(({ model }) => model)]);
  return (
    lacked
      .filter(({ model }) => {
        // Spellings without the dot are resellers' names, and names that end openly are no names.
        const dotted = model.replace(/(\d)-(\d)(?!\d)/, '$1.$2');
        return (
          !model.endsWith('-') && (dotted === model || !(names.has(dotted) || names.has(dotted.replace(DATE, ''))))
        );
      })
      // What writes nothing (embeddings) is sold in one class.
      .map((row) => (row.tiers.standard?.[3] === null ? { ...row, sole: true as const } : row))
  );
}

function build(): PriceTable {
  const { version } = JSON.parse(
    readFileSync(new URL('../node_modules/@pydantic/genai-prices/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const found = packageProviders(openai.oldest);
  const rows = found
    .flatMap(({ provider, rows }) => {
      if (provider.id === 'openai') return [...openai.rows, ...ofOpenai(rows)];
      return provider.id === 'anthropic' ? rows.map(withFast) : rows;
    })
    .sort((one, other) => key(one).localeCompare(key(other), 'en'));
  const sources = {
    ...openai.sources,
    anthropic: { url: anthropic.url, read: anthropic.read },
    'genai-prices': { url: 'https://github.com/pydantic/genai-prices', read: version },
  };
  const providers = found.map(({ provider }) => provider);
  const hash = createHash('sha256')
    .update(JSON.stringify([sources, providers, rows]))
    .digest('hex')
    .slice(0, 8);
  return { version: `${openai.read}-${hash}`, sources, providers, rows };
}

function key({ provider, model, from }: TableRow): string {
  return `${provider}\n${model}\n${from}`;
}

function input(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`prices/${name}`, import.meta.url), 'utf8'));
}

/** One row a line, so that a change of prices reads as one. */
function text({ version, sources, providers, rows }: PriceTable): string {
  const lines = (list: readonly unknown[]): string => list.map((entry) => JSON.stringify(entry)).join(',\n');
  return `{\n"version": ${JSON.stringify(version)},\n"sources": ${JSON.stringify(sources)},\n"providers": [\n${lines(providers)}\n],\n"rows": [\n${lines(rows)}\n]\n}\n`;
}

const made = build();
const present = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as PriceTable) : null;
const changes = differences(present?.rows ?? [], made.rows);
for (const line of changes) process.stdout.write(`${line}\n`);
process.stdout.write(
  `${made.rows.length} rows, ${changes.length} differences; ${present?.version ?? 'no table'} → ${made.version}\n`,
);
if (process.argv.includes('--check')) process.exitCode = present?.version === made.version ? 0 : 1;
else writeFileSync(FILE, text(made));
