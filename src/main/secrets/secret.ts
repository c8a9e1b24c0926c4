import { createHash } from 'node:crypto';
import type { Said } from '../../shared/sentences.ts';

/** One provider key in memory. It is handed to the upstream room and nowhere else; everything shown is made from its other members. */
export interface Secret {
  readonly value: string;
  readonly fingerprint: string;
  readonly lastFour: string;
  /** The ChatGPT account that a login's token is for; it goes up beside the token. */
  readonly accountId?: string;
  /** For a key that a tool has brought: the header it came in, and goes up in where the provider knows both. */
  readonly brought?: 'bearer' | 'x-api-key';
  /** The keychain's name of that login, by which its token is renewed. */
  readonly login?: string;
}

/** Wraps a key as read from where it is kept. */
export function makeSecret(value: string): Secret {
  return { value, fingerprint: fingerprint(value), lastFour: value.length >= 8 ? value.slice(-4) : '' };
}

/** Tells keys apart without giving anything away: 48 bits of a hash are too few to confirm a guess and enough for one person's keys. */
export function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 12);
}

/** Where a key was looked for and why it is not there, as a value: a missing key is an expected outcome. */
export type SecretResult = { readonly secret: Secret } | { readonly problem: Said };
