import type { TableRow } from '../src/shared/prices/table.ts';

/** What has changed from one list of rows to the other, a line for each row. */
export function differences(before: readonly TableRow[], after: readonly TableRow[]): string[] {
  const [old, made] = [byKey(before), byKey(after)];
  return [
    ...[...made].flatMap(([key, row]) => {
      const was = old.get(key);
      if (was === undefined) return [`+ ${key}: ${prices(row)}`];
      return prices(was) === prices(row) ? [] : [`~ ${key}: ${prices(was)} → ${prices(row)}`];
    }),
    ...[...old].filter(([key]) => !made.has(key)).map(([key, row]) => `- ${key}: ${prices(row)}`),
  ];
}

function byKey(rows: readonly TableRow[]): Map<string, TableRow> {
  return new Map(rows.map((row) => [`${row.provider} ${row.model} from ${row.from}`, row]));
}

/** Everything that decides a figure; where it comes from does not. */
function prices({ tiers, long, regional, sole }: TableRow): string {
  return JSON.stringify({ tiers, long, regional, sole });
}
