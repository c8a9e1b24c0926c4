import type { StatementSync } from 'node:sqlite';
import type { Group, Sums } from '../../shared/calls/bill.ts';
import type { TurnFilter } from '../../shared/calls/turn.ts';
import { ALL_HOURS, type Digest, HOUR_MS } from './digest/digest.ts';
import { FACT_COLUMNS, type KindFacts, type TurnFacts, factsOf } from './digest/facts.ts';
import { eachPacked } from './digest/hour-tallies.ts';
import { type Tally, addTally, addTurn, emptyTally, sumsOf } from './digest/tally.ts';
import { choose } from './turn-filter.ts';
import { type TimeGroup, zoneClock } from './zone-clock.ts';

/** Which sums are wanted. */
export interface SumsRequest {
  readonly filter: TurnFilter;
  /** At most two; none is one sum over all. */
  readonly by: readonly Group[];
  readonly zone: string;
}

/** Sums, and by what they are told apart. */
export interface SumsAnswer {
  readonly total: Sums;
  readonly groups: { readonly key: (string | null)[]; readonly sums: Sums }[];
}

/** Adds up turns by hour and kind as the digest has them, and turn by turn only where an hour is cut. */
export class TurnSums {
  readonly #digest: Digest;
  readonly #rows: StatementSync;
  readonly #hours: StatementSync;
  readonly #lost: StatementSync;

  constructor(digest: Digest) {
    this.#digest = digest;
    const { database } = digest;
    this.#hours = database.prepare(
      'SELECT hour, first_seq, last_seq FROM hour WHERE hour >= ? AND hour <= ? ORDER BY hour',
    );
    this.#rows = database.prepare(
      `SELECT ${FACT_COLUMNS} FROM ledger.turn t LEFT JOIN repriced r ON r.seq = t.seq
       WHERE t.seq BETWEEN ? AND ? AND t.started_at >= ? AND t.started_at < ?`,
    );
    this.#lost = database.prepare('SELECT 1 FROM cache_lost WHERE seq = ?');
  }

  sums({ filter, by, zone }: SumsRequest): SumsAnswer {
    const { kinds, rows, from, until } = choose(this.#digest, filter);
    const sheet = new Sheet(by, this.#digest.kinds.all);
    const time = by.find((group): group is TimeGroup => group === 'hour' || group === 'day');
    const clock = time === undefined ? null : zoneClock(time, zone);
    const add = (turn: TurnFacts): void => {
      const lost = this.#lost.get(turn.seq) !== undefined;
      addTurn(sheet.tally(this.#digest.kinds.numberOf(turn.kind) ?? 0, clock?.(turn.startedAt) ?? null), turn, lost);
    };
    rows.forEach(add);
    const wanted = (kind: number): boolean => kinds === null || kinds.has(kind);
    if (kinds === null || kinds.size > 0) {
      if (clock === null && from === -Infinity && until === Infinity) this.#addHour(ALL_HOURS, null, wanted, sheet);
      else this.#addHours({ from, until, clock, wanted, sheet, add });
    }
    return sheet.answer();
  }

  #addHours({ from, until, clock, wanted, sheet, add }: Range): void {
    const [first, last] = [Math.max(0, Math.floor(from / HOUR_MS)), Math.min(FAR, Math.floor((until - 1) / HOUR_MS))];
    for (const row of this.#hours.all(first, last)) {
      const hour = Number(row['hour']);
      const [begins, ends] = [hour * HOUR_MS, (hour + 1) * HOUR_MS];
      const key = clock?.(begins) ?? null;
      const cut = begins < from || ends > until || (clock?.(ends - 1) ?? null) !== key;
      if (!cut) {
        this.#addHour(hour, key, wanted, sheet);
        continue;
      }
      const [firstSeq, lastSeq] = [Number(row['first_seq']), Number(row['last_seq'])];
      for (const found of this.#rows.all(firstSeq, lastSeq, Math.max(begins, from), Math.min(ends, until))) {
        const turn = factsOf(found);
        if (wanted(this.#digest.kinds.numberOf(turn.kind) ?? 0)) add(turn);
      }
    }
  }

  #addHour(hour: number, time: number | null, wanted: (kind: number) => boolean, sheet: Sheet): void {
    const packed = this.#digest.packedHour(hour);
    if (packed === null) return;
    eachPacked(packed, (kind, at) => {
      if (wanted(kind)) addTally(sheet.tally(kind, time), packed, at);
    });
  }
}

/** An hour that no clock will show. */
const FAR = 10_000_000_000;

interface Range {
  readonly from: number;
  readonly until: number;
  readonly clock: ((instant: number) => number) | null;
  readonly wanted: (kind: number) => boolean;
  readonly sheet: Sheet;
  readonly add: (turn: TurnFacts) => void;
}

/** The sums of one answer while they are being added up. */
class Sheet {
  readonly #by: readonly Group[];
  readonly #kinds: readonly KindFacts[];
  readonly #groups = new Map<string, { key: (string | null)[]; tally: Tally }>();
  /** The group of a kind at a time, found once. */
  #ofKind: (Tally | undefined)[] = [];
  #time: number | null = null;

  constructor(by: readonly Group[], kinds: readonly KindFacts[]) {
    this.#by = by;
    this.#kinds = kinds;
  }

  /** Where turns of a kind in a time are added up. */
  tally(kind: number, time: number | null): Tally {
    if (time !== this.#time) {
      this.#time = time;
      this.#ofKind = [];
    }
    return (this.#ofKind[kind] ??= this.#find(kind, time));
  }

  answer(): SumsAnswer {
    const total = emptyTally();
    const groups = [...this.#groups.values()];
    for (const { tally } of groups) addTally(total, tally);
    return {
      total: sumsOf(total),
      groups: this.#by.length === 0 ? [] : groups.map(({ key, tally }) => ({ key, sums: sumsOf(tally) })),
    };
  }

  #find(kind: number, time: number | null): Tally {
    const facts = this.#kinds[kind - 1];
    const key = this.#by.map((group): string | null => {
      if (group === 'hour' || group === 'day') return time === null ? null : String(time);
      return facts?.[group] ?? null;
    });
    const name = JSON.stringify(key);
    const group = this.#groups.get(name) ?? { key, tally: emptyTally() };
    this.#groups.set(name, group);
    return group.tally;
  }
}
