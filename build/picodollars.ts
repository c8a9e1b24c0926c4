/** A price in US dollars for a million tokens as whole picodollars a token; more digits than that are rounded half up. */
export function picodollars(price: number | null): number | null {
  if (price === null) return null;
  const [whole = '0', fraction = ''] = plainDigits(price).split('.');
  const digits = `${whole}${fraction.padEnd(7, '0').slice(0, 7)}`;
  const tenths = Number(digits);
  return Math.floor((tenths + 5) / 10);
}

/** The number as its source wrote it; small ones come in scientific notation otherwise. */
function plainDigits(price: number): string {
  const text = String(price);
  return /e/.test(text) ? price.toFixed(12) : text;
}
