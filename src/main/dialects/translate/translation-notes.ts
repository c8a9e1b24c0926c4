import { type GatewayError, gatewayError } from '../../../shared/errors.ts';
import { type Json, presentMembers } from './exact-json.ts';

/** Longer texts from a request are cut where they are quoted. */
const LONGEST_QUOTE = 80;

/**
 * What a translation notices on its way: the first thing that has no counterpart, which ends it, and the hints that were
 * left out because they change no answer, which the tool is told in a header.
 */
export class TranslationNotes {
  readonly #leftOut = new Set<string>();
  #problem: string | null = null;

  /** Something that the other protocol cannot say. */
  cannot(what: string): void {
    this.#problem ??= what;
  }

  /** A hint that has no counterpart and no effect on what is answered. */
  leaveOut(what: string): void {
    this.#leftOut.add(what.replaceAll(/\[\d+\]/g, '[]'));
  }

  /** Looks at the members that a translation has not handled: hints are left out, any other ends it. */
  rest(object: Json, path: string, handled: readonly string[], hints: readonly string[] = []): void {
    for (const [name] of presentMembers(object)) {
      if (handled.includes(name)) continue;
      const place = `${path}${path === '' ? '' : '.'}${name.slice(0, LONGEST_QUOTE)}`;
      if (hints.includes(name)) this.leaveOut(place);
      else this.cannot(place);
    }
  }

  get error(): GatewayError | null {
    return this.#problem === null ? null : gatewayError('untranslatable', this.#problem);
  }

  get leftOut(): readonly string[] {
    return [...this.#leftOut];
  }
}

/** A value from a request as a message may quote it. */
export function quoted(value: unknown): string {
  return JSON.stringify(typeof value === 'string' ? value.slice(0, LONGEST_QUOTE) : typeof value);
}
