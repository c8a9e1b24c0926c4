import type { Secret } from '../secrets/secret.ts';
import type { AccountLoad } from './account-load.ts';
import type { Fault } from './fault.ts';
import type { Cooldown, KeyPool } from './key-pool.ts';

/** Where it is taken down how keys do. */
export interface BlameBook {
  readonly pool: KeyPool;
  readonly now: () => number;
  /** A cooldown that is to be kept. */
  readonly onCooldown: (cooldown: Cooldown) => void;
}

/** Who was asked. */
export interface Asked {
  readonly load: AccountLoad;
  /** Null for an upstream that takes no key. */
  readonly secret: Secret | null;
  /** As the account's upstream knows it. */
  readonly model: string;
}

/** Takes down what a fault says of the key and the account that were asked. */
export function blame(fault: Fault, { load, secret, model }: Asked, { pool, now, onCooldown }: BlameBook): void {
  switch (fault.kind) {
    case 'key': {
      // The upstream works; it is the key that does not.
      load.succeeded(null);
      if (secret === null) return;
      const { fingerprint } = secret;
      const { reason, cooldown, modelOnly } = fault;
      const kept = pool.mark({ fingerprint, model: modelOnly ? model : null, reason, until: now() + cooldown }, now());
      if (kept !== null) onCooldown(kept);
      return;
    }
    case 'account':
      load.failed(fault.reason, now());
      return;
    case 'encrypted':
      load.succeeded(null);
  }
}
