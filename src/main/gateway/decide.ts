import { type Account, standardTierOf } from '../../shared/account.ts';
import { fold } from '../../shared/fold.ts';
import { isFastAlias, mapModel } from '../../shared/model.ts';
import { type Observation, type Policy, type Verdict, judge } from '../../shared/policy.ts';
import { NO_TIER, type Tier, type TierSaid, isTier, sayTier } from '../../shared/tier.ts';
import type { Asked, TierPlace } from '../dialects/dialect.ts';
import { type Edit, applyEdits, insertMember, removeMembers, replaceValue } from '../envelope/edit.ts';

/** The header by which Codex repeats model and tier beside the body: `model=gpt-5.5;tier=priority`. */
export const ROUTING_HINT = 'x-codex-routing-hint';

/** Everything the door looks at for one turn and one account. */
export interface DoorQuestion {
  readonly asked: Asked;
  /** The value of {@link ROUTING_HINT}, if there is one. */
  readonly routingHint: string | null;
  readonly account: Pick<Account, 'kind' | 'baseUrl' | 'standardTier' | 'modelMapping'>;
  readonly policy: Policy;
  readonly tool: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What was found out about the turn, whatever the verdict. */
interface Judged {
  readonly verdict: Verdict;
  /** The tier the tool asked for, in normal form, or its text where that is not in the list; null is none. */
  readonly requestedTier: string | null;
  readonly upstreamModel: string;
}

/** The turn may go: these are the bytes and this is the hint that leave the machine. */
export interface Forward extends Judged {
  readonly kind: 'forward';
  readonly bytes: Buffer;
  readonly routingHint: string | null;
  /** The tier in those bytes, in normal form; null is none. */
  readonly sentTier: string | null;
}

/** The turn may not go. */
export interface Block extends Judged {
  readonly kind: 'block';
  readonly message: string;
}

/**
 * The door: every turn of every dialect and transport passes here, once for each account it may be sent to, and what it
 * returns is what leaves. All spellings of one wish (the member, the routing hint, a `-fast` alias) are judged, and the
 * strictest verdict holds for all of them together.
 */
export function decide(question: DoorQuestion): Forward | Block {
  const { asked, account } = question;
  const upstreamModel = mapModel(account.modelMapping, asked.model) ?? asked.model;
  const hint = readHint(question.routingHint);
  const alias = isFastAlias(asked.model, upstreamModel);
  const wishes = wishesOf(asked, hint, alias);
  const verdict = strictest(wishes.map((tier) => judgeWish(question, tier, upstreamModel)));
  const requestedTier = nameOf(wishes[0] ?? NO_TIER);
  const judged: Judged = { verdict, requestedTier, upstreamModel };
  if (verdict.action === 'block') return { kind: 'block', ...judged, message: verdict.message ?? '' };

  const tier = tierToSend(question, verdict, alias);
  const edits = [...tierEdits(asked, tier), ...modelEdits(asked, upstreamModel)];
  return {
    kind: 'forward',
    ...judged,
    bytes: applyEdits(asked.bytes, edits),
    routingHint: hintToSend(question.routingHint, hint, verdict, tier, asked.model, upstreamModel),
    // An alias never leaves as such: what it wished for is written, or is not there.
    sentTier: sentTierOf(tier, nameOf(wishesOf(asked, hint, false)[0] ?? NO_TIER)),
  };
}

/** The tiers a turn asks for, the body's own first; a single `missing` (or `none`) when nothing asks for one. */
function wishesOf({ tiers }: Asked, hint: Hint, alias: boolean): TierSaid[] {
  const said = tiers.map((place) => place.said);
  said.push(...hint.tiers);
  if (alias) said.push(sayTier('fast'));
  const wishes = said.filter(({ lenient }) => lenient !== 'missing' && lenient !== 'none');
  return wishes.length > 0 ? wishes : [said[0] ?? NO_TIER];
}

function judgeWish({ policy, account, tool, now }: DoorQuestion, tier: TierSaid, model: string): Verdict {
  return judge(policy, { tier, model, kind: account.kind, tool, now });
}

const SEVERITY = { pass: 0, force: 1, filter: 2, block: 3 } as const;

function strictest(verdicts: readonly Verdict[]): Verdict {
  const [first, ...others] = verdicts;
  if (first === undefined) throw new TypeError('a turn is judged at least once');
  if (others.length === 0) return first;
  const chosen = others.reduce((worst, one) => (SEVERITY[one.action] > SEVERITY[worst.action] ? one : worst), first);
  return { ...chosen, observed: distinct(verdicts.flatMap(({ observed }) => observed)) };
}

function distinct(observed: readonly Observation[]): Observation[] {
  return observed.filter((one, index) => observed.findIndex(({ rule }) => rule === one.rule) === index);
}

/** What becomes of the tier in the body. */
type TierToSend =
  { readonly kind: 'normalise' } | { readonly kind: 'omit' } | { readonly kind: 'write'; readonly value: Tier };

function tierToSend({ asked, account }: DoorQuestion, verdict: Verdict, alias: boolean): TierToSend {
  const standard: TierToSend =
    standardTierOf(account) === 'default' ? { kind: 'write', value: 'default' } : { kind: 'omit' };
  switch (verdict.action) {
    case 'filter':
    case 'block':
      return standard;
    case 'force':
      // How Standard is spelled belongs to the account: the ChatGPT backend refuses `default`.
      return verdict.forceTo === undefined || verdict.forceTo === 'default'
        ? standard
        : { kind: 'write', value: verdict.forceTo };
    case 'pass':
      return alias && asked.tiers.every(({ said }) => said.exact === 'missing')
        ? { kind: 'write', value: 'priority' }
        : { kind: 'normalise' };
  }
}

function tierEdits({ envelope, tiers }: Asked, send: TierToSend): Edit[] {
  switch (send.kind) {
    case 'normalise':
      return tiers.flatMap((place) => (isTier(place.said.exact) ? write(place, place.said.exact) : []));
    case 'omit':
      return removeMembers(tiers.flatMap(({ members }) => members));
    case 'write':
      return tiers.length === 0
        ? [insertMember(envelope, 'service_tier', send.value)]
        : tiers.flatMap((place) => write(place, send.value));
  }
}

/** Makes one place say one tier, once; where it says so already, whatever its escapes, its bytes stay. */
function write({ said, members }: TierPlace, value: Tier): Edit[] {
  const [first, ...twins] = members;
  if (first === undefined || said.text === value) return [];
  return [replaceValue(first, value), ...removeMembers(twins)];
}

/** The tier in the bytes that leave; null is none. */
function sentTierOf(send: TierToSend, requestedTier: string | null): string | null {
  switch (send.kind) {
    case 'normalise':
      return requestedTier;
    case 'omit':
      return null;
    case 'write':
      return send.value;
  }
}

function modelEdits({ model, modelMembers }: Asked, upstreamModel: string): Edit[] {
  return model === upstreamModel ? [] : modelMembers.map((member) => replaceValue(member, upstreamModel));
}

/** The routing hint in pieces, and the tiers that the loosest upstream could read in it. */
interface Hint {
  readonly parts: readonly string[];
  readonly tiers: readonly TierSaid[];
}

/** A tier in a hint, whatever stands around it. */
const HINTED_TIER = /tier["']?\s*[=:]\s*["']?([^\s;,&"']+)/g;

function readHint(hint: string | null): Hint {
  if (hint === null) return { parts: [], tiers: [] };
  const tiers = [...loosened(hint).matchAll(HINTED_TIER)].map(([, text = '']) => sayTier(text));
  return { parts: hint.split(/[;,&]/), tiers };
}

/** Some readers decode percent signs, some fold letter case. */
function loosened(text: string): string {
  return fold(text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
}

/** The hint that agrees with the body that leaves; untouched where both stay as they were. */
function hintToSend(
  original: string | null,
  { parts }: Hint,
  verdict: Verdict,
  tier: TierToSend,
  model: string,
  upstreamModel: string,
): string | null {
  const keepsTier = verdict.action === 'pass';
  if (original === null || (keepsTier && model === upstreamModel)) return original;
  const kept = parts.flatMap((part) => {
    const loose = loosened(part);
    if (!keepsTier && loose.includes('tier')) {
      return tier.kind === 'write' && verdict.action === 'force' ? [`tier=${tier.value}`] : [];
    }
    const namesModel = /^\s*model\s*=/.test(loose);
    return [namesModel && model !== upstreamModel ? `model=${upstreamModel}` : part];
  });
  return kept.length === 0 ? null : kept.join(';');
}

/** Longer made-up tiers are cut in the record; no real one comes near. */
const LONGEST_TIER = 64;

function nameOf({ text, exact }: TierSaid): string | null {
  if (exact === 'missing' || exact === 'none') return null;
  return exact === 'unknown' ? (text?.slice(0, LONGEST_TIER) ?? null) : exact;
}
