import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Action } from '../../../shared/policy.ts';
import type { KindFacts, Outcome, TurnFacts } from './facts.ts';

/** A combination that is in use. */
export interface Kind extends KindFacts {
  readonly number: number;
  /** When the newest turn of it began, and the newest without a price (0 is never). */
  lastAt: number;
  unpricedAt: number;
}

/** All kinds of turns that there are, kept in memory. */
export class Kinds {
  readonly #byKey = new Map<string, Kind>();
  readonly #all: Kind[] = [];
  readonly #changed = new Set<Kind>();
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(`INSERT OR REPLACE INTO kind VALUES (${Array(14).fill('?').join(', ')})`);
    for (const row of database.prepare('SELECT * FROM kind ORDER BY kind').all()) {
      const text = (name: string): string | null => row[name] as string | null;
      this.#keep({
        number: Number(row['kind']),
        tool: String(row['tool']),
        account: text('account'),
        model: text('model'),
        tier: text('tier'),
        verdict: text('verdict') as Action | null,
        outcome: text('outcome') as Outcome,
        rule: text('rule'),
        modelRequested: text('model_requested'),
        modelServed: text('model_served'),
        route: text('route'),
        error: text('error'),
        lastAt: Number(row['last_at']),
        unpricedAt: Number(row['unpriced_at']),
      });
    }
  }

  get all(): readonly Kind[] {
    return this.#all;
  }

  /** The number of a turn's kind; null where there is no such kind yet. */
  numberOf(facts: KindFacts): number | null {
    return this.#byKey.get(keyOf(facts))?.number ?? null;
  }

  /** The number of a turn's kind, made if it was not there. */
  count({ kind, startedAt, unpriced }: TurnFacts): number {
    const key = keyOf(kind);
    const known =
      this.#byKey.get(key) ?? this.#keep({ ...kind, number: this.#all.length + 1, lastAt: 0, unpricedAt: 0 });
    if (startedAt > known.lastAt) known.lastAt = startedAt;
    if (unpriced && startedAt > known.unpricedAt) known.unpricedAt = startedAt;
    this.#changed.add(known);
    return known.number;
  }

  /** Writes what has changed since this was last called. */
  write(): void {
    for (const kind of this.#changed) {
      this.#insert.run(
        kind.number,
        kind.tool,
        kind.account,
        kind.model,
        kind.tier,
        kind.verdict,
        kind.outcome,
        kind.rule,
        kind.modelRequested,
        kind.modelServed,
        kind.route,
        kind.error,
        kind.lastAt,
        kind.unpricedAt,
      );
    }
    this.#changed.clear();
  }

  #keep(kind: Kind): Kind {
    this.#byKey.set(keyOf(kind), kind);
    this.#all.push(kind);
    return kind;
  }
}

function keyOf(kind: KindFacts): string {
  const { tool, account, model, tier, verdict, outcome, rule, modelRequested, modelServed, route, error } = kind;
  return [tool, account, model, tier, verdict, outcome, rule, modelRequested, modelServed, route, error]
    .map((value) => value ?? '\0')
    .join('\u0001');
}
