import { type AccountKind, type Action, type Policy, judge } from './policy.ts';
import type { PricedTurn } from './pricing.ts';
import { NO_TIER, sayTier } from './tier.ts';
import { type Turn, isUnpriced } from './turn.ts';

/** What of a recorded turn is judged and priced again. */
export type RecordedTurn = PricedTurn & Pick<Turn, 'id' | 'tool' | 'servedTrust' | 'cost' | 'costBasis' | 'status'>;

/** What turns are judged again with. */
export interface SimulationOptions {
  readonly policy: Policy;
  /** The kind of an account; null for one that is no longer there. */
  readonly kindOf: (account: string) => AccountKind | null;
  /** What the turn would have cost at a tier, in picodollars; null is not known. */
  readonly costAt: (turn: PricedTurn, tier: string | null) => number | null;
}

/** One turn that another policy would have treated otherwise. */
export interface ChangedTurn {
  readonly id: string;
  readonly startedAt: number;
  readonly tool: string;
  readonly model: string | null;
  readonly requestedTier: string | null;
  readonly before: Action;
  readonly after: Action;
  /** The rule that would have decided. */
  readonly rule: string | null;
  /** In picodollars; null is not known. */
  readonly difference: string | null;
}

/** Changed turns of one kind together. */
interface Move {
  readonly before: Action;
  readonly after: Action;
  turns: number;
  /** Null while none of them has a known one. */
  difference: bigint | null;
}

/** What a policy would have changed. */
export interface SimulationResult {
  readonly turns: number;
  readonly changed: number;
  readonly difference: string;
  readonly unpriced: number;
  readonly examples: ChangedTurn[];
  readonly moves: (Pick<Move, 'before' | 'after' | 'turns'> & { readonly difference: string | null })[];
}

/** So many changed turns are shown one by one. */
const EXAMPLES = 100;

/** Judges recorded turns again, newest first, and adds up what would have been different. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #examples: ChangedTurn[] = [];
  readonly #moves = new Map<string, Move>();
  #turns = 0;
  #changed = 0;
  #difference = 0n;
  #unpriced = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
  }

  /** Takes one more turn. One that was never judged would not be judged by another policy either. */
  add(turn: RecordedTurn): void {
    const { verdict, account } = turn;
    if (verdict === null || account === null) return;
    this.#turns += 1;
    const after = this.#judge(turn, account);
    const sent = tierAfter(after.action, after.forceTo ?? null, turn.tiers.requested);
    const before = tierAfter(verdict, turn.tiers.sent, turn.tiers.requested);
    if (after.action === verdict && sent === before) return;
    const difference = sent === before ? 0 : this.#differenceOf(turn, sent);
    this.#changed += 1;
    if (difference === null) this.#unpriced += 1;
    else this.#difference += BigInt(difference);
    this.#move(verdict, after.action, difference);
    if (this.#examples.length < EXAMPLES)
      this.#examples.push({
        id: turn.id,
        startedAt: turn.startedAt,
        tool: turn.tool,
        model: turn.models.upstream ?? turn.models.requested,
        requestedTier: turn.tiers.requested,
        before: verdict,
        after: after.action,
        rule: after.rule,
        difference: difference === null ? null : String(difference),
      });
  }

  result(): SimulationResult {
    return {
      turns: this.#turns,
      changed: this.#changed,
      difference: String(this.#difference),
      unpriced: this.#unpriced,
      examples: this.#examples,
      moves: [...this.#moves.values()]
        .sort((a, b) => b.turns - a.turns)
        .map((move) => ({ ...move, difference: move.difference === null ? null : String(move.difference) })),
    };
  }

  #judge(turn: RecordedTurn, account: string): ReturnType<typeof judge> {
    const { requested } = turn.tiers;
    return judge(this.#options.policy, {
      tier: requested === null ? NO_TIER : sayTier(requested),
      model: turn.models.upstream ?? turn.models.requested ?? '',
      // Only a login's answers cannot be verified, so the row tells what kind an account was that is gone.
      kind: this.#options.kindOf(account) ?? (turn.servedTrust === 'unverifiable' ? 'oauth' : 'apikey'),
      tool: turn.tool,
      now: turn.startedAt,
    });
  }

  /** In picodollars; null where the tokens or a price are not known. */
  #differenceOf(turn: RecordedTurn, sent: Sent): number | null {
    // Plan usage is not paid by the turn.
    if (turn.costBasis === 'credits') return 0;
    if (turn.sentAt === null) return null;
    const { total } = turn.cost;
    if (total === null) return isUnpriced(turn) ? null : 0;
    if (sent === 'nothing') return -total;
    const cost = this.#options.costAt(turn, sent === 'standard' ? 'default' : sent);
    return cost === null ? null : cost - total;
  }

  #move(before: Action, after: Action, difference: number | null): void {
    const key = `${before} ${after}`;
    const move = this.#moves.get(key) ?? { before, after, turns: 0, difference: null };
    move.turns += 1;
    if (difference !== null) move.difference = (move.difference ?? 0n) + BigInt(difference);
    this.#moves.set(key, move);
  }
}

/** What leaves: nothing, Standard however the account spells it, another tier, or no tier (null). */
type Sent = string | null;

function tierAfter(action: Action, forced: string | null, requested: string | null): Sent {
  switch (action) {
    case 'block':
      return 'nothing';
    case 'filter':
      return 'standard';
    case 'force':
      return forced === null || forced === 'default' ? 'standard' : forced;
    case 'pass': {
      if (requested === null) return null;
      const { exact } = sayTier(requested);
      return exact === 'default' ? 'standard' : exact === 'unknown' ? requested : exact;
    }
  }
}
