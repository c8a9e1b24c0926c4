import { type Account, standardTierOf } from '../../shared/account.ts';
import { isFastAlias, mapModel } from '../../shared/model.ts';
import { type Observation, type Policy, type Verdict, judge } from '../../shared/policy.ts';
import { NO_TIER, type Tier, type TierSaid, isTier, sayTier, tierRank } from '../../shared/tier.ts';
import { FAST_BETA, isFastBeta } from '../dialects/beta-token.ts';
import type { Asked, TierPlace, TierSpelling } from '../dialects/dialect.ts';
import type { Occurrence } from '../envelope/scan.ts';
import { type Edit, editedPieces, insertMember, joined, removeMembers, replaceValue } from '../envelope/edit.ts';
import { type Hint, hintToSend, readHint } from './routing-hint.ts';

/** The header in which Anthropic's tools name the previews they use; one of its tokens is the wish for fast mode. */
export const BETA_HEADER = 'anthropic-beta';

/** The header by which Codex repeats model and tier beside the body: `model=gpt-5.5;tier=priority`. */
export const ROUTING_HINT = 'x-codex-routing-hint';

/** Everything the door looks at for one turn and one account. */
export interface DoorQuestion {
  readonly asked: Asked;
  /** The value of {@link ROUTING_HINT}, if there is one. */
  readonly routingHint: string | null;
  /** The tokens of {@link BETA_HEADER}, if there are any; absent is none. */
  readonly beta?: string | null;
  readonly account: Pick<Account, 'kind' | 'baseUrl' | 'standardTier' | 'modelMapping'>;
  /** The tiers that the upstream takes by name; one that it refuses is left out. Absent or null is any. */
  readonly takes?: readonly Tier[] | null;
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

/** The turn may go: these are the bytes and these the headers that leave the machine. */
export class Forward implements Judged {
  readonly kind = 'forward';
  readonly verdict: Verdict;
  readonly requestedTier: string | null;
  readonly upstreamModel: string;
  /** One after the other they are {@link bytes}. */
  readonly pieces: readonly Buffer[];
  readonly routingHint: string | null;
  readonly beta: string | null;
  /** The tier in those bytes, in normal form; null is none. */
  readonly sentTier: string | null;

  constructor(
    { verdict, requestedTier, upstreamModel }: Judged,
    { pieces, routingHint, beta, sentTier }: Pick<Forward, 'pieces' | 'routingHint' | 'beta' | 'sentTier'>,
  ) {
    this.verdict = verdict;
    this.requestedTier = requestedTier;
    this.upstreamModel = upstreamModel;
    this.pieces = pieces;
    this.routingHint = routingHint;
    this.beta = beta;
    this.sentTier = sentTier;
  }

  // Of the class and not of each object: a getter in a literal gets a hidden class of its own, which holds the body until
  // the next collection of the whole heap.
  get bytes(): Buffer {
    return joined(this.pieces);
  }
}

/** The turn may not go. */
export interface Block extends Judged {
  readonly kind: 'block';
  readonly message: string;
}

/** A tier that a turn asks for in one of its places, and the models, as the upstream sees them, that it may run with. */
interface Wish {
  readonly said: TierSaid;
  readonly models: readonly string[];
}

/**
 * The door: every turn of every dialect and transport passes here, once for each account it may be sent to, and what it
 * returns is what leaves. All spellings of one wish (the members, the headers, a `-fast` alias) are judged, and the
 * strictest verdict holds for all of them together.
 */
export function decide(question: DoorQuestion): Forward | Block {
  const { asked, account, beta = null, takes = null } = question;
  const view = (model: string): string => mapModel(account.modelMapping, model) ?? model;
  const upstreamModel = view(asked.model);
  const hint = readHint(question.routingHint);
  const alias = isFastAlias(asked.model, upstreamModel);
  const wishes = wishesOf(asked, hint, beta, view);
  const verdict = strictest(
    wishes.flatMap(({ said, models }) => models.map((model) => judgeWish(question, said, model))),
  );
  const judged: Judged = { verdict, requestedTier: nameOf(wishes[0]?.said ?? NO_TIER), upstreamModel };
  if (verdict.action === 'block') return { kind: 'block', ...judged, message: verdict.message ?? '' };

  const tier = taken(tierToSend(question, verdict, alias), takes);
  const edits = tierEdits(asked, tier, takes);
  addModelEdits(edits, asked, view);
  edits.push(...asked.additions);
  return new Forward(judged, {
    pieces: editedPieces(asked.bytes, edits),
    routingHint: hintToSend(hint, {
      keepsTier: verdict.action === 'pass' && hint.tiers.every((said) => mayStay(said, takes)),
      tier: verdict.action === 'force' && tier.kind === 'write' ? tier.value : null,
      model: asked.model,
      upstreamModel,
    }),
    beta: betaToSend(asked, beta, tier),
    // An alias never leaves as such: what it wished for is written, or is not there.
    sentTier: sentTierOf(asked, tier, () => {
      const said = wishesOf(asked, hint, beta, sameModel)[0]?.said ?? NO_TIER;
      return mayStay(said, takes) ? nameOf(said) : null;
    }),
  });
}

function sameModel(model: string): string {
  return model;
}

/** What a turn asks for, the dearest first; a single `missing` (or `none`) when nothing asks for a tier. */
function wishesOf(asked: Asked, hint: Hint, beta: string | null, view: (model: string) => string): Wish[] {
  const { tiers, model, otherModels } = asked;
  const named = otherModels.length === 0 ? [model] : [model, ...otherModels.map((other) => other.model)];
  // A request's tier holds for its fallbacks too, unless they say otherwise.
  const models = distinct(named.map(view));
  const wishes = tiers.map((place): Wish => ({
    said: place.said,
    models: place.model === null ? models : [view(place.model)],
  }));
  for (const said of hint.tiers) wishes.push({ said, models });
  if (beta !== null && betaTokens(beta).some(isFastBeta)) wishes.push({ said: sayTier('fast'), models });
  for (const one of named) if (isFastAlias(one, view(one))) wishes.push({ said: sayTier('fast'), models: [view(one)] });
  const asking = wishes.filter(({ said }) => said.lenient !== 'missing' && said.lenient !== 'none');
  if (asking.length > 0) return dearestFirst(asking);
  // What only the loosest reader takes for no tier is told as it is sent.
  const odd = tiers.find(({ said }) => said.exact === 'unknown') ?? tiers[0];
  return [{ said: odd?.said ?? NO_TIER, models }];
}

/** The dearest wish is the one that is told and priced; an upstream may follow any of them. */
function dearestFirst(wishes: Wish[]): Wish[] {
  if (wishes.length === 1) return wishes;
  const rank = ({ said: { exact } }: Wish): number => tierRank(exact) ?? -1;
  return [...wishes].sort((a, b) => rank(b) - rank(a));
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
  return { ...chosen, observed: eachOnce(verdicts.flatMap(({ observed }) => observed)) };
}

function eachOnce(observed: readonly Observation[]): Observation[] {
  return observed.filter((one, index) => observed.findIndex(({ rule }) => rule === one.rule) === index);
}

function distinct(models: string[]): string[] {
  return models.length === 1 ? models : [...new Set(models)];
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

/** What an upstream would refuse is not written. */
function taken(send: TierToSend, takes: readonly Tier[] | null): TierToSend {
  return send.kind === 'write' && takes !== null && !takes.includes(send.value) ? { kind: 'omit' } : send;
}

/** False for a tier that the upstream is known to refuse; of a name that nobody knows the upstream is the judge. */
function mayStay({ exact }: TierSaid, takes: readonly Tier[] | null): boolean {
  return takes === null || exact === 'unknown' || exact === 'none' || (exact !== 'missing' && takes.includes(exact));
}

function tierEdits({ envelope, tiers, spells }: Asked, send: TierToSend, takes: readonly Tier[] | null): Edit[] {
  if (tiers.length === 0 && send.kind !== 'write') return [];
  switch (send.kind) {
    case 'normalise': {
      const [kept, gone] = split(tiers, ({ said }) => mayStay(said, takes));
      return [
        ...kept.flatMap((place) => (isTier(place.said.exact) ? write(place, place.said.exact) : [])),
        ...removeMembers(gone.flatMap(({ members }) => members)),
      ];
    }
    case 'omit':
      return removeMembers(tiers.flatMap(({ members }) => members));
    case 'write': {
      const isThere = tiers.some(({ own, model }) => own && model === null);
      const text = spells === null ? null : spelled(spells, send.value);
      const inserted = isThere || spells === null || text === null ? [] : [insertMember(envelope, spells, text)];
      // A wish in a place of another's, or one that cannot be said in this protocol's word, does not leave.
      const [kept, gone] = split(tiers, (place) => canSay(place, spells, send.value));
      return [
        ...kept.flatMap((place) => write(place, send.value)),
        ...removeMembers(gone.flatMap(({ members }) => members)),
        ...inserted,
      ];
    }
  }
}

function canSay({ spelling, own }: TierPlace, spells: TierSpelling | null, tier: Tier): boolean {
  return (spells === null || own) && spelled(spelling, tier) !== null;
}

function split<One>(all: readonly One[], first: (one: One) => boolean): [One[], One[]] {
  return [all.filter(first), all.filter((one) => !first(one))];
}

/** The word for a tier in a protocol; null where it has none. */
function spelled(spelling: TierSpelling, tier: Tier): string | null {
  if (spelling === 'service_tier') return tier;
  return tier === 'priority' ? 'fast' : tier === 'default' ? 'standard' : null;
}

/** Makes one place say one tier, once; where it says so already, whatever its escapes, its bytes stay. */
function write({ said, spelling, members }: TierPlace, value: Tier): Edit[] {
  const [first, ...twins] = members;
  const text = spelled(spelling, value);
  if (first === undefined || text === null || said.text === text) return [];
  return [replaceValue(first, text), ...removeMembers(twins)];
}

/** The tier in the bytes that leave; null is none. `left` says what they still ask for where nothing was taken out. */
function sentTierOf({ tiers, spells }: Asked, send: TierToSend, left: () => string | null): string | null {
  switch (send.kind) {
    case 'normalise':
      return left();
    case 'omit':
      return null;
    case 'write':
      return (spells !== null && spelled(spells, send.value) !== null) ||
        tiers.some((place) => canSay(place, spells, send.value))
        ? send.value
        : null;
  }
}

/** Writes the account's names over the tool's, wherever the request names a model. */
function addModelEdits(edits: Edit[], asked: Asked, view: (model: string) => string): void {
  addNameEdits(edits, asked.model, asked.modelMembers, view);
  for (const { model, members } of asked.otherModels) addNameEdits(edits, model, members, view);
}

function addNameEdits(
  edits: Edit[],
  model: string,
  members: readonly Occurrence[],
  view: (model: string) => string,
): void {
  const name = view(model);
  if (name !== model) for (const member of members) edits.push(replaceValue(member, name));
}

function betaTokens(beta: string): string[] {
  return beta.split(',').map((token) => token.trim());
}

/** The beta tokens that agree with the body that leaves; untouched where that asks for what was asked. */
function betaToSend({ spells }: Asked, beta: string | null, tier: TierToSend): string | null {
  if (tier.kind === 'normalise') return beta;
  const tokens = beta === null ? [] : betaTokens(beta);
  if (spells === 'speed' && tier.kind === 'write' && tier.value === 'priority')
    return tokens.some(isFastBeta) ? beta : [...tokens, FAST_BETA].join(',');
  if (!tokens.some(isFastBeta)) return beta;
  const kept = tokens.filter((token) => !isFastBeta(token));
  return kept.length === 0 ? null : kept.join(',');
}

/** Longer made-up tiers are cut in the record; no real one comes near. */
const LONGEST_TIER = 64;

function nameOf({ text, exact }: TierSaid): string | null {
  if (exact === 'missing' || exact === 'none') return null;
  return exact === 'unknown' ? (text?.slice(0, LONGEST_TIER) ?? null) : exact;
}
