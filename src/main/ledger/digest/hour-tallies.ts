import { TALLY_WIDTH, type Tally, addTally, emptyTally } from './tally.ts';

/** A kind's number and its tally. */
const ENTRY = 1 + TALLY_WIDTH;

/** An hour's tallies by kind. */
export type HourTallies = Map<number, Tally>;

/** The kind's tally in the hour, made if it was not there. */
export function tallyOf(tallies: HourTallies, kind: number): Tally {
  const there = tallies.get(kind);
  if (there !== undefined) return there;
  const made = emptyTally();
  tallies.set(kind, made);
  return made;
}

/** Calls back for each kind of a packed list, with where its tally begins in it. */
export function eachPacked(packed: Float64Array, found: (kind: number, at: number) => void): void {
  for (let at = 0; at < packed.length; at += ENTRY) found(packed[at] ?? 0, at + 1);
}

/** A packed list as it lies in the database. */
export function packedOf(blob: Uint8Array): Float64Array {
  // Numbers must lie on a border of eight bytes, where a database's bytes need not.
  return new Float64Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));
}

/** Adds a packed list to the tallies. */
export function addPacked(tallies: HourTallies, packed: Float64Array): void {
  eachPacked(packed, (kind, at) => {
    addTally(tallyOf(tallies, kind), packed, at);
  });
}

/** The tallies as one packed list. */
export function pack(tallies: HourTallies): Uint8Array {
  const packed = new Float64Array(tallies.size * ENTRY);
  let at = 0;
  for (const [kind, tally] of tallies) {
    packed[at] = kind;
    packed.set(tally, at + 1);
    at += ENTRY;
  }
  return new Uint8Array(packed.buffer);
}
