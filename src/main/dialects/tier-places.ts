import { trimSpace } from '../../shared/fold.ts';
import { NO_TIER, NOT_A_TIER, type TierSaid, sayTier } from '../../shared/tier.ts';
import { type Envelope, type Occurrence, textOf } from '../envelope/scan.ts';
import type { TierPlace, TierSpelling } from './dialect.ts';
import { groupsAt, membersAt, tierSaid } from './member.ts';

/** OpenAI's member, the same as readers of Protocol Buffers' JSON take it too, and Anthropic's. */
const NAMES = { service_tier: true, serviceTier: true, speed: true } as const;

/** What Vercel's AI Gateway hands on to a provider, in its own words or in the provider's. */
const OPTIONS = {
  providerOptions: {
    gateway: NAMES,
    openai: NAMES,
    azure: NAMES,
    anthropic: NAMES,
    google: NAMES,
    vertex: NAMES,
    xai: NAMES,
    groq: NAMES,
  },
} as const;

/** The members of a request, a response or a session by which one upstream or another lets it choose its tier. */
export const TIER_MEMBERS = { ...NAMES, ...OPTIONS } as const;

const OPTION_PLACES = Object.keys(OPTIONS.providerOptions).flatMap((provider) =>
  Object.keys(NAMES).map((name) => ({
    path: `providerOptions.${provider}.${name}`,
    spelling: name === 'speed' ? ('speed' as const) : ('service_tier' as const),
  })),
);

/**
 * The places of an OpenAI document that can name a tier, the protocol's own first. OpenAI knows no `speed`, but gateways
 * that speak its protocol do; a number there is how fast a voice speaks. `within` is the path of the object, with its dot.
 */
export function tierPlacesIn(bytes: Buffer, envelope: Envelope, within = ''): TierPlace[] {
  const places = placesAt(bytes, envelope, `${within}service_tier`, 'service_tier', true);
  places.push(...placesAt(bytes, envelope, `${within}serviceTier`, 'service_tier'));
  for (const place of placesAt(bytes, envelope, `${within}speed`, 'speed'))
    if (place.members.some(({ kind }) => kind === 'string')) places.push(place);
  places.push(...optionPlaces(bytes, envelope, within));
  return places;
}

/** The places of the options that a gateway behind the account hands on. */
export function optionPlaces(bytes: Buffer, envelope: Envelope, within = ''): TierPlace[] {
  if (membersAt(envelope, `${within}providerOptions`).length === 0) return [];
  return OPTION_PLACES.flatMap(({ path, spelling }) => placesAt(bytes, envelope, `${within}${path}`, spelling));
}

function placesAt(bytes: Buffer, envelope: Envelope, path: string, spelling: TierSpelling, own = false): TierPlace[] {
  const said = spelling === 'speed' ? speedSaid : tierSaid;
  return groupsAt(envelope, path).flatMap((members): TierPlace[] => {
    const [member] = members;
    return member === undefined ? [] : [{ said: said(bytes, member), spelling, own, model: null, members }];
  });
}

/** `fast` is the tier it says, `standard` is Standard; what else stands there is whatever the loosest upstream makes of it. */
export function speedSaid(bytes: Buffer, member: Occurrence): TierSaid {
  if (member.kind === 'null') return NO_TIER;
  const text = textOf(bytes, member);
  if (text === null) return NOT_A_TIER;
  return trimSpace(text).toLowerCase() === 'standard' ? { text, exact: 'default', lenient: 'default' } : sayTier(text);
}
