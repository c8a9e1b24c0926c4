/** A JSON object whose members nobody has looked at yet. */
export type Json = Readonly<Record<string, unknown>>;

/** Numbers that may not survive being read as doubles: more digits than those hold. */
const LONG_NUMBER = /\d{16}|\d\.\d{15}/;

/**
 * Parses JSON so that writing it again gives the same numbers: one that a double cannot hold (an id of twenty digits in a
 * tool's arguments) is kept as its text.
 */
export function parseExactly(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, keepLongNumbers) as unknown;
}

/** What newer engines hand to a reviver beside name and value; the standard library's types do not know it yet. */
interface Source {
  readonly source?: string;
}

declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

const keepLongNumbers = (_: string, value: unknown, context?: Source): unknown => {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const { source } = context;
  return source.length > 15 && String(value) !== source ? JSON.rawJSON(source) : value;
};

/** True for an object that is no list. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value where it is a string; null otherwise. */
export function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The members of an object that are there: `null` is to every provider the same as leaving out. */
export function presentMembers(object: Json): [string, unknown][] {
  return Object.entries(object).filter(([, value]) => value !== null && value !== undefined);
}
