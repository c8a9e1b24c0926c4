import { describe, expect, test } from 'vitest';
import { type ServedTrust, TIERS, billedTier, wasDowngraded } from '../../src/shared/tier.ts';

type Told = string | null;

/** From the spec: cheapest first; the others cannot be compared. */
const RANK = new Map([
  ['flex', 0],
  ['default', 1],
  ['scale', 1],
  ['priority', 2],
  ['ultrafast', 3],
]);

const TOLD: readonly Told[] = [null, ...TIERS, 'standard_only'];
const TRUSTS: readonly ServedTrust[] = ['authoritative', 'reported', 'unverifiable'];

const DEAREST_SENT = TIERS.filter((tier) => tier !== 'auto');

describe('the billed tier', () => {
  test.each<[trust: ServedTrust, sent: Told, served: Told, billed: Told]>([
    // Served cheaper than sent: the downgrade counts, where it can be believed.
    ['authoritative', 'priority', 'default', 'default'],
    ['reported', 'priority', 'default', 'default'],
    ['unverifiable', 'priority', 'default', 'priority'],
    ['unverifiable', 'priority', 'flex', 'flex'],
    ['unverifiable', null, 'flex', 'flex'],
    ['authoritative', 'ultrafast', 'priority', 'priority'],
    ['reported', 'priority', 'on_demand', 'on_demand'],
    ['reported', 'priority', 'standard', 'standard'],
    ['reported', 'flex', 'on_demand', 'flex'],
    ['authoritative', 'default', 'flex', 'flex'],
    ['authoritative', 'priority', 'scale', 'scale'],
    // Served dearer than sent never makes the bill dearer.
    ['authoritative', 'default', 'priority', 'default'],
    ['reported', 'flex', 'ultrafast', 'flex'],
    // Equal rank: what was sent.
    ['authoritative', 'default', 'scale', 'default'],
    ['authoritative', 'scale', 'default', 'scale'],
    // Without a tier the project's own setting decides upstream.
    ['authoritative', null, 'priority', 'priority'],
    ['authoritative', null, 'default', 'default'],
    ['authoritative', null, null, null],
    ['authoritative', null, 'auto', null],
    ['unverifiable', null, 'default', null],
    ['authoritative', 'auto', 'priority', 'priority'],
    ['authoritative', 'auto', 'auto', null],
    ['authoritative', 'auto', null, null],
    ['unverifiable', 'auto', 'default', null],
    ['authoritative', null, 'standard_only', 'standard_only'],
    // What cannot be compared changes nothing.
    ['authoritative', 'priority', null, 'priority'],
    ['authoritative', 'priority', 'auto', 'priority'],
    ['authoritative', 'priority', 'standard_only', 'priority'],
    ['authoritative', 'standard_only', 'flex', 'standard_only'],
    ['authoritative', 'constructor', 'flex', 'constructor'],
    ['authoritative', 'priority', '__proto__', 'priority'],
  ])('%s: sent %s, served %s is billed as %s', (trust, sent, served, billed) => {
    expect(billedTier(sent, served, trust)).toBe(billed);
  });

  test.each(TRUSTS.flatMap((trust) => TOLD.flatMap((sent) => TOLD.map((served) => [trust, sent, served] as const))))(
    '%s: sent %s, served %s invents nothing and never becomes dearer',
    (trust, sent, served) => {
      const billed = billedTier(sent, served, trust);
      expect([null, sent, served]).toContain(billed);
      expect(billed).not.toBe('auto');
      // A login's echo counts only where it says flex, which it never says of its own accord.
      if (trust === 'unverifiable' && served !== 'flex') expect(billed).toBe(sent === 'auto' ? null : sent);
      const sentRank = RANK.get(sent ?? '');
      if (sentRank !== undefined) expect(RANK.get(billed ?? '') ?? Infinity).toBeLessThanOrEqual(sentRank);
    },
  );

  test.each(DEAREST_SENT)('%s sent and nothing said is billed as sent', (sent) => {
    for (const trust of TRUSTS) expect(billedTier(sent, null, trust)).toBe(sent);
  });
});

describe('a downgrade', () => {
  test.each<[what: string, requested: Told, sent: Told, served: Told, trust: ServedTrust, downgraded: boolean]>([
    ['Fast asked and sent, Standard served', 'priority', 'priority', 'default', 'authoritative', true],
    ['the same in another spelling', ' FAST ', 'priority', 'default', 'reported', true],
    ['Ultrafast asked and sent, Fast served', 'ultrafast', 'ultrafast', 'priority', 'authoritative', true],
    ['Fast served', 'priority', 'priority', 'priority', 'authoritative', false],
    ['a served tier that cannot be believed', 'priority', 'priority', 'default', 'unverifiable', false],
    ['Fast filtered', 'priority', 'default', 'default', 'authoritative', false],
    ['Fast that the policy asked for', 'default', 'priority', 'default', 'authoritative', false],
    ['Standard asked, Flex served', 'default', 'default', 'flex', 'authoritative', false],
    ['nothing known of what was served', 'priority', 'priority', null, 'authoritative', false],
    ['nothing asked', null, null, 'default', 'authoritative', false],
    ['a tier nobody knows', 'turbo', 'turbo', 'default', 'authoritative', false],
  ])('%s', (_what, requested, sent, served, trust, downgraded) => {
    expect(wasDowngraded({ requested, sent, served, billed: billedTier(sent, served, trust) })).toBe(downgraded);
  });
});
