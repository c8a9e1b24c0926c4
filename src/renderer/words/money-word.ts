import { localeTag } from '../i18n.ts';

const formats = new Map<string, Intl.NumberFormat>();

/** Cents from a dollar on; below, three digits that count, so that a small turn's price is not $0.00. */
function formatFor(pico: bigint): Intl.NumberFormat {
  const length = (pico < 0n ? -pico : pico).toString().length;
  const places = length > 12 || pico === 0n ? 2 : Math.min(12, 15 - length);
  return formatWith(places);
}

function formatWith(places: number): Intl.NumberFormat {
  const key = `${localeTag()} ${places}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(localeTag(), {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: places,
  });
  formats.set(key, format);
  return format;
}

/** Picodollars as dollars in the person's spelling: `$12.34`, `$0.00412`. */
export function moneyOf(pico: string | number | bigint): string {
  const amount = BigInt(pico);
  return formatFor(amount).format(decimalOf(amount));
}

/** Dollars given as a plain decimal, in full, in the person's spelling: `$1.25`, `$0.0075`. */
export function dollarsText(decimal: string): string {
  const places = Math.min(12, Math.max(2, decimal.split('.')[1]?.length ?? 0));
  return formatWith(places).format(decimal as Intl.StringNumericLiteral);
}

/** Picodollars as a plain decimal number of dollars; a number would not hold it exactly. */
function decimalOf(pico: bigint): Intl.StringNumericLiteral {
  const digits = (pico < 0n ? -pico : pico).toString().padStart(13, '0');
  return `${pico < 0n ? '-' : ''}${digits.slice(0, -12)}.${digits.slice(-12)}` as Intl.StringNumericLiteral;
}

/** Picodollars as a number of dollars, for the height of a bar and never for a figure that is read. */
export function dollarsOf(pico: string | number): number {
  return Number(pico) / 1e12;
}
