/** How long an account is remembered after it was last used. */
const REMEMBERED_MS = 3_600_000;

/** More conversations than one person has; the oldest go first. */
const MOST = 10_000;

interface Bond {
  readonly account: string;
  readonly until: number;
}

/** Which account answered a response or a conversation last: its cache and its encrypted items are there. */
export class Stickiness {
  readonly #bonds = new Map<string, Bond>();

  /** The account of a conversation; null where there is none any more. */
  find(name: string | null, now: number): string | null {
    if (name === null) return null;
    const bond = this.#bonds.get(name);
    return bond === undefined || bond.until <= now ? null : bond.account;
  }

  bind(name: string, account: string, now: number): void {
    // Taken out and put in again, so that the order of the map is the order of use.
    this.#bonds.delete(name);
    this.#bonds.set(name, { account, until: now + REMEMBERED_MS });
    if (this.#bonds.size <= MOST) return;
    const [oldest] = this.#bonds.keys();
    if (oldest !== undefined) this.#bonds.delete(oldest);
  }
}
