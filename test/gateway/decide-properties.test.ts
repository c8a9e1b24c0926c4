import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Rule, PolicySchema } from '../../src/shared/policy.ts';
import { TIERS, tierRank } from '../../src/shared/tier.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { decide } from '../../src/main/gateway/decide.ts';
import { damaged } from '../readers/damage.ts';
import { type Document, TIER_TEXTS, requests, runs } from '../readers/documents.ts';
import { jsonText } from '../readers/json-text.ts';
import { loosely } from '../readers/leak.ts';
import { pythonMissing, withPython } from '../readers/python-reader.ts';
import { REFUSED, type Seen } from '../readers/seen.ts';
import { tiersSeen, tiersSeenHere } from '../readers/tiers-seen.ts';

/** The circumstances of one turn, apart from its bytes. */
interface Setting {
  readonly watched: readonly Rule['serviceTier'][];
  readonly action: 'filter' | 'block' | 'pass';
  readonly standardTier: 'omit' | 'default';
  readonly kind: 'apikey' | 'oauth';
  readonly modelMapping: Readonly<Record<string, string>>;
  readonly hint: string | null;
  /** A first rule lets tiers outside the list pass. */
  readonly unknownPasses: boolean;
}

/** What leaves the machine; null is nothing. */
interface Left {
  readonly bytes: Buffer;
  readonly hint: string | null;
  readonly sentTier: string | null;
}

type Door = (bytes: Buffer, setting: Setting) => Left | null;

const door: Door = (bytes, { watched, action, hint, unknownPasses, ...account }) => {
  const asked = responses.read(bytes);
  if (isUnread(asked)) return null;
  const rules = watched.map((serviceTier) => ({ serviceTier, action }));
  const first = unknownPasses ? [{ serviceTier: 'unknown', action: 'pass' }] : [];
  const policy = PolicySchema.parse({ rules: [...first, ...rules] });
  const decision = decide({
    asked,
    routingHint: hint,
    account: { ...account, baseUrl: 'https://upstream.example/v1' },
    policy,
    tool: 'codex',
    now: 0,
  });
  return decision.kind === 'block'
    ? null
    : { bytes: decision.bytes, hint: decision.routingHint, sentTier: decision.sentTier };
};

const FIRST = /"service_tier"\s*:\s*"([^"]*)"\s*,?/;

/** The door that leaked: it reads and edits the first exact occurrence only, and what it cannot read passes. */
const firstOnly: Door = (bytes, setting) => {
  const tier = FIRST.exec(bytes.toString())?.[1] ?? null;
  const kept = { bytes, hint: setting.hint, sentTier: tier };
  if (tier === null || setting.action === 'pass' || !isForbidden(tier.toLowerCase(), setting)) return kept;
  if (setting.action === 'block') return null;
  return { ...kept, bytes: Buffer.from(bytes.toString().replace(FIRST, '')), sentTier: null };
};

/** The door that means well and writes every body anew. */
const rewriter: Door = (bytes, setting) => {
  try {
    const { service_tier: tier, ...rest } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    return { bytes: Buffer.from(JSON.stringify({ service_tier: tier, ...rest })), hint: setting.hint, sentTier: null };
  } catch {
    return null;
  }
};

/** True for a tier that the setting's rules keep from leaving, however it is spelled. */
function isForbidden(tier: string, { watched, action, standardTier, unknownPasses }: Setting): boolean {
  const meant = loosely(tier);
  // Standard's own spelling is what a filter writes.
  if (meant === '' || (action === 'filter' && standardTier === 'default' && meant === 'default')) return false;
  if (unknownPasses && !TIERS.some((one) => one === meant)) return false;
  return watched.some((one) => one === 'all' || one === meant);
}

function forbiddenSeen(seen: Iterable<readonly [string, Seen]>, setting: Setting): string[] {
  return Array.from(seen).flatMap(([reader, tier]) =>
    tier !== null && tier !== REFUSED && isForbidden(tier, setting) ? [`${reader} sees ${JSON.stringify(tier)}`] : [],
  );
}

const hints = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('tier', 'Tier', ' tier ', 'service_tier'),
        fc.constantFrom(...TIER_TEXTS.filter((tier) => !tier.includes(','))),
        fc.constantFrom(';', ',', '&', '; '),
      )
      .map(([name, tier, separator]) => `model=gpt-5.5${separator}${name}=${tier}`),
  },
);

function settings(...actions: Setting['action'][]): fc.Arbitrary<Setting> {
  return fc.record<Setting>({
    watched: fc.oneof(
      fc.constant(['all'] as const),
      fc.subarray([...TIERS], { minLength: 1 }),
      fc.constant(['priority', 'ultrafast'] as const),
    ),
    action: fc.constantFrom(...actions),
    standardTier: fc.constantFrom('omit', 'default'),
    kind: fc.constantFrom('apikey', 'oauth'),
    modelMapping: fc.constantFrom({}, { 'gpt-5.5': 'gpt-5.5-2026-08-01' }, { 'gpt-5.5-fast': 'gpt-5.5' }),
    hint: hints,
    unknownPasses: fc.boolean(),
  });
}

/** Every reader's view of both members by which an upstream might let a Responses request choose its tier. */
function seenHere(bytes: Buffer): [string, Seen][] {
  return MEMBERS.flatMap((name) =>
    [...tiersSeenHere(bytes, [name])].map(([reader, seen]): [string, Seen] => [`${reader}, of ${name},`, seen]),
  );
}

const MEMBERS = ['service_tier', 'serviceTier', 'speed'] as const;

const keepingBack = (tested: Door): fc.IProperty<[Buffer, Setting]> =>
  fc.property(damaged(requests), settings('filter', 'block'), (bytes, setting) => {
    const left = tested(bytes, setting);
    if (left !== null) expect(forbiddenSeen(seenHere(left.bytes), setting)).toEqual([]);
  });

const keepingBackFromPython = (tested: Door): fc.IAsyncProperty<[Buffer, Setting]> =>
  fc.asyncProperty(damaged(requests), settings('filter', 'block'), async (bytes, setting) => {
    const left = tested(bytes, setting);
    if (left !== null) expect(forbiddenSeen(await tiersSeen(left.bytes), setting)).toEqual([]);
  });

const keepingHintsBack = (tested: Door): fc.IProperty<[Document, Setting]> =>
  fc.property(requests, settings('filter', 'block'), ({ bytes }, setting) => {
    const words =
      tested(bytes, setting)
        ?.hint?.replace('model=', '')
        .split(/[^\p{L}]+/u) ?? [];
    expect(words.filter((word) => isForbidden(word, setting) && setting.watched[0] !== 'all')).toEqual([]);
  });

const blocking = (tested: Door): fc.IProperty<[Buffer, Setting]> =>
  fc.property(damaged(requests), settings('block'), (bytes, setting) => {
    if (forbiddenSeen(seenHere(bytes), setting).length > 0) expect(tested(bytes, setting)).toBeNull();
  });

const settling = (tested: Door): fc.IProperty<[Document, Setting]> =>
  fc.property(requests, settings('filter'), ({ bytes }, setting) => {
    const once = tested(bytes, setting);
    if (once === null) return;
    // Mapped once, the model is not the tool's any more; nor is the hint.
    const twice = tested(once.bytes, { ...setting, modelMapping: {}, hint: once.hint });
    expect(twice?.bytes.toString()).toBe(once.bytes.toString());
  });

const passing = (tested: Door): fc.IProperty<[Document, Setting]> =>
  fc.property(requests, settings('pass'), (document, setting) => {
    const left = tested(document.bytes, { ...setting, modelMapping: {} });
    if (left === null) return;
    const tree = jsonText(document.text);
    const tiers = tree?.kind === 'object' ? tree.members.filter(([name]) => MEMBERS.some((one) => one === name)) : [];
    const normal = tiers.every(
      ([name, { kind, ...tier }]) => kind !== 'string' || !('text' in tier) || !needsNormalForm(name, tier.text),
    );
    if (normal) expect(left.bytes.toString()).toBe(document.text);
    else expect(left.bytes.toString()).not.toBe(document.text);
  });

/** True for an alias or odd spelling of a tier of the list, trimmed as the design says a passing tier is. */
function needsNormalForm(name: string, tier: string): boolean {
  const meant = meantBy(name, tier);
  if (name !== 'speed') return meant !== tier && TIERS.some((one) => one === meant);
  return (meant === 'priority' && tier !== 'fast') || (meant === 'default' && tier !== 'standard');
}

function meantBy(name: string, tier: string): string {
  const trimmed = tier.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '').toLowerCase();
  if (trimmed === 'fast') return 'priority';
  return name === 'speed' && trimmed === 'standard' ? 'default' : trimmed;
}

const recording = (tested: Door): fc.IProperty<[Document, Setting]> =>
  fc.property(requests, settings('filter', 'pass'), ({ bytes }, setting) => {
    const left = tested(bytes, { ...setting, hint: null });
    if (left === null) return;
    const told = MEMBERS.map((name) => {
      const seen = [...tiersSeenHere(left.bytes, [name]).values()].find((tier) => tier !== REFUSED && tier !== null);
      if (seen === undefined || seen === null || seen.trim() === '') return null;
      const meant = meantBy(name, seen);
      return TIERS.some((tier) => tier === meant) ? meant : seen;
    }).filter((tier) => tier !== null);
    const [record = null] = told.sort((a, b) => (tierRank(b) ?? -1) - (tierRank(a) ?? -1));
    expect(left.sentTier?.toWellFormed() ?? null).toBe(record?.toWellFormed() ?? null);
  });

/** A property that a wrong door passes protects nothing. */
function expectCaught<T>(property: fc.IProperty<T>): void {
  expect(fc.check(property, { numRuns: 5000, endOnFailure: true }).failed).toBe(true);
}

describe('the door', () => {
  test('after filter or block no reader sees a forbidden tier in what leaves', () => {
    expectCaught(keepingBack(firstOnly));
    fc.assert(keepingBack(door), { numRuns: runs(2000) });
  });

  test.skipIf(pythonMissing !== null)(
    withPython('after filter or block Python sees no forbidden tier in what leaves'),
    async () => {
      const caught = await fc.check(keepingBackFromPython(firstOnly), { numRuns: 5000, endOnFailure: true });
      expect(caught.failed).toBe(true);
      await fc.assert(keepingBackFromPython(door), { numRuns: runs(500) });
    },
  );

  test('after filter or block the routing hint names no forbidden tier', () => {
    expectCaught(keepingHintsBack(firstOnly));
    fc.assert(keepingHintsBack(door), { numRuns: runs(1000) });
  });

  test('with block, a body in which any reader sees a forbidden tier does not leave at all', () => {
    expectCaught(blocking(firstOnly));
    fc.assert(blocking(door), { numRuns: runs(1500) });
  });

  test('what has been filtered once is not changed by a second filter', () => {
    expectCaught(settling(firstOnly));
    fc.assert(settling(door), { numRuns: runs(1000) });
  });

  test('what passes in normal form leaves byte for byte, and only odd spellings are changed', () => {
    expectCaught(passing(rewriter));
    fc.assert(passing(door), { numRuns: runs(1500) });
  });

  test('the tier on record is the tier in the bytes that leave', () => {
    expectCaught(recording(firstOnly));
    fc.assert(recording(door), { numRuns: runs(1000) });
  });
});
