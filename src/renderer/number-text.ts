/** What may be typed: a number in these bounds, whole or not; null is what an empty place stands for, where it may be empty. */
export interface NumberBounds {
  readonly min: number;
  readonly max: number;
  readonly fraction?: boolean;
  readonly optional?: boolean;
}

/** Reads what was typed; undefined is nothing that may be saved. */
export function numberOf(
  text: string,
  { min, max, fraction = false, optional = false }: NumberBounds,
): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return optional ? null : undefined;
  if (!/^\d+(?:\.\d+)?$/.test(typed)) return undefined;
  const number = Number(typed);
  return number < min || number > max || (!fraction && !Number.isInteger(number)) ? undefined : number;
}
