import type { Sums } from '../shared/calls/bill.ts';

/** How fast one model was at one tier. */
export interface TierSpeed {
  readonly model: string;
  readonly tier: string;
  /** True for the first line of its model. */
  readonly first: boolean;
  readonly turns: number;
  readonly tokensPerSecond: number;
  readonly firstTokenMs: number | null;
  /** How many times as fast as the same model at Standard; null for Standard itself, and where it never ran so. */
  readonly times: number | null;
}

/** From the tier that is cheapest to the one that should be fastest. */
const ORDER = ['flex', 'default', 'auto', 'scale', 'priority', 'ultrafast'];

/** Models that ran in several tiers, the most used first: only those tell whether a dearer one was faster. */
export function tierSpeeds(
  groups: readonly { readonly key: readonly (string | null)[]; readonly sums: Sums }[],
  most: number,
): TierSpeed[] {
  const lines = groups.flatMap(({ key: [model = null, tier = null], sums }) => {
    const { turns, tokensPerSecond, firstTokenMs } = sums;
    return model === null || tier === null || tokensPerSecond === null
      ? []
      : [{ model, tier, turns, tokensPerSecond, firstTokenMs }];
  });
  const turnsOf = (all: readonly { readonly turns: number }[]): number =>
    all.reduce((sum, { turns }) => sum + turns, 0);
  return [...Map.groupBy(lines, ({ model }) => model).values()]
    .filter(({ length }) => length > 1)
    .sort((one, other) => turnsOf(other) - turnsOf(one))
    .slice(0, most)
    .flatMap((all) => {
      const standard = all.find(({ tier }) => tier === 'default')?.tokensPerSecond ?? 0;
      return all
        .toSorted((one, other) => ORDER.indexOf(one.tier) - ORDER.indexOf(other.tier))
        .map((line, index) => ({
          ...line,
          first: index === 0,
          times: line.tier === 'default' || standard === 0 ? null : line.tokensPerSecond / standard,
        }));
    });
}
