import type { ContestantName } from './contestant.ts';
import { median } from './quantile.ts';

/** What one contestant showed in one round of one scenario. */
export type Figures = Readonly<Record<string, number>>;

/** All rounds of all scenarios. */
export class Rounds {
  readonly #figures = new Map<string, Figures[]>();

  add(scenario: string, contestant: ContestantName, figures: Figures): void {
    const key = `${scenario} ${contestant}`;
    const rounds = this.#figures.get(key);
    if (rounds === undefined) this.#figures.set(key, [figures]);
    else rounds.push(figures);
  }

  /** One figure in the order of the rounds; empty if the scenario was not run. */
  of(scenario: string, contestant: ContestantName, figure: string): number[] {
    const rounds = this.#figures.get(`${scenario} ${contestant}`) ?? [];
    return rounds.map((figures) => figures[figure] ?? Number.NaN);
  }

  /** Gateway to bare, round by round: what disturbs the machine disturbs both halves of a round. */
  ratios(scenario: string, figure: string): number[] {
    const bare = this.of(scenario, 'bare', figure);
    return this.of(scenario, 'gateway', figure).map((value, round) => value / (bare[round] ?? Number.NaN));
  }

  median(scenario: string, contestant: ContestantName, figure: string): number {
    return median(this.of(scenario, contestant, figure));
  }
}
