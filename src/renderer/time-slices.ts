/** A span of turns by their start; absent is without end. */
interface Slice {
  readonly from?: number;
  readonly until?: number;
}

/** All of time in at most so many slices, cut where days that have turns begin. */
export function slicesOf(days: readonly number[], most: number): Slice[] {
  const size = Math.max(1, Math.ceil(days.length / most));
  const cuts = days.toSorted((one, other) => one - other).filter((_, index) => index > 0 && index % size === 0);
  return [...cuts, undefined].map((until, index) => {
    const from = cuts[index - 1];
    return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) };
  });
}
