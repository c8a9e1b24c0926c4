import type { Sums } from '../../shared/calls/bill.ts';
import type { Digest } from './digest/digest.ts';
import type { Kind } from './digest/kinds.ts';
import { ALL_HOURS, HOUR_MS } from './digest/digest.ts';
import { eachPacked } from './digest/hour-tallies.ts';
import { type Tally, addTally, emptyTally, sumsOf } from './digest/tally.ts';

/** The values that filters can take, most used first. */
export interface Facets {
  readonly tools: string[];
  readonly accounts: string[];
  readonly models: string[];
  readonly tiers: string[];
}

/** A model in a tier that ran without a known price. */
export interface Unpriced {
  readonly model: string | null;
  readonly tier: string | null;
  readonly turns: number;
  readonly lastAt: number;
}

/** How often a rule has decided, and what it spared. */
export interface RuleHits {
  readonly rule: string;
  readonly turns: number;
  readonly saved: string;
  readonly lastAt: number;
}

/** Answers that follow from the kinds of turns alone. */
export class TurnKinds {
  readonly #digest: Digest;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  facets(): Facets {
    const values = (of: (kind: Kind) => string | null): string[] =>
      this.#grouped((kind) => of(kind))
        .filter(({ key, sums }) => key !== null && sums.turns > 0)
        .toSorted((one, other) => other.sums.turns - one.sums.turns)
        .map(({ key }) => key ?? '');
    return {
      tools: values(({ tool }) => tool),
      accounts: values(({ account }) => account),
      models: values(({ model }) => model),
      tiers: values(({ tier }) => tier ?? 'unknown'),
    };
  }

  unpriced(): Unpriced[] {
    return this.#grouped(({ model, tier }) => JSON.stringify([model, tier]))
      .filter(({ sums }) => sums.unpriced > 0)
      .map(({ kinds, sums }) => ({
        model: kinds[0]?.model ?? null,
        tier: kinds[0]?.tier ?? null,
        turns: sums.unpriced,
        lastAt: Math.max(...kinds.map(({ unpricedAt }) => unpricedAt)),
      }))
      .toSorted((one, other) => other.turns - one.turns);
  }

  /** Counted by whole hours: from the beginning of the hour that holds `from`. */
  ruleHits({ from }: { readonly from?: number | undefined }): RuleHits[] {
    return this.#grouped(({ rule }) => rule, from)
      .filter(({ key, sums }) => key !== null && sums.turns > 0)
      .map(({ key, kinds, sums }) => ({
        rule: key ?? '',
        turns: sums.turns,
        saved: sums.saved,
        lastAt: Math.max(...kinds.map(({ lastAt }) => lastAt)),
      }))
      .toSorted((one, other) => other.turns - one.turns);
  }

  #grouped(keyOf: (kind: Kind) => string | null, from?: number): { key: string | null; kinds: Kind[]; sums: Sums }[] {
    const tallies = this.#tallies(from);
    return [...Map.groupBy(this.#digest.kinds.all, keyOf)].map(([key, kinds]) => {
      const sum = emptyTally();
      for (const { number } of kinds) {
        const tally = tallies.get(number);
        if (tally !== undefined) addTally(sum, tally);
      }
      return { key, kinds, sums: sumsOf(sum) };
    });
  }

  #tallies(from: number | undefined): Map<number, Tally> {
    const hours =
      from === undefined
        ? [ALL_HOURS]
        : this.#digest.database
            .prepare('SELECT hour FROM hour WHERE hour >= ?')
            .all(Math.max(0, Math.floor(from / HOUR_MS)))
            .map(({ hour }) => Number(hour));
    const tallies = new Map<number, Tally>();
    for (const hour of hours) {
      const packed = this.#digest.packedHour(hour);
      if (packed === null) continue;
      eachPacked(packed, (kind, at) => {
        const tally = tallies.get(kind) ?? emptyTally();
        tallies.set(kind, tally);
        addTally(tally, packed, at);
      });
    }
    return tallies;
  }
}
