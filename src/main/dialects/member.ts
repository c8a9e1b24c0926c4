import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { NO_TIER, NOT_A_TIER, type TierSaid, sayTier } from '../../shared/tier.ts';
import { type Envelope, type EnvelopeFault, type Occurrence, textOf } from '../envelope/scan.ts';

/** All occurrences of one watched path. */
export function membersAt({ occurrences }: Envelope, path: string): readonly Occurrence[] {
  let found: Occurrence[] | null = null;
  for (const occurrence of occurrences) if (occurrence.path === path) (found ??= []).push(occurrence);
  return found ?? NO_MEMBERS;
}

/** Most of what is looked for is not there, for which no list is made. */
const NO_MEMBERS: readonly Occurrence[] = [];

/**
 * Refuses a policed member that readers could disagree about: spelled in another letter case, or there twice with values
 * that differ. Equal duplicates are one wish, said twice.
 */
export function disputed(bytes: Buffer, members: readonly Occurrence[]): GatewayError | null {
  const [first, ...others] = members;
  if (first === undefined) return null;
  const folded = members.find(({ exact }) => !exact);
  if (folded !== undefined) {
    return gatewayError(
      'member_case',
      `"${folded.name}" is "${folded.path}" in another spelling; some readers would take it for that`,
    );
  }
  const same = others.every((other) => other.kind === first.kind && valueOf(bytes, other) === valueOf(bytes, first));
  return same ? null : gatewayError('member_repeated', first.path);
}

function valueOf(bytes: Buffer, occurrence: Occurrence): string {
  return textOf(bytes, occurrence) ?? bytes.toString('latin1', occurrence.valueStart, occurrence.valueEnd);
}

/** The occurrences of one watched path, by the object they stand in. */
export function groupsAt(envelope: Envelope, path: string): readonly (readonly Occurrence[])[] {
  const members = membersAt(envelope, path);
  // Nearly always there is one, or none.
  if (members.length === 0) return NO_GROUPS;
  if (members.length === 1) return [members];
  return [...Map.groupBy(members, ({ objectStart }) => objectStart).values()];
}

const NO_GROUPS: readonly (readonly Occurrence[])[] = [];

/** The tier one member says. */
export function tierSaid(bytes: Buffer, member: Occurrence): TierSaid {
  // To every reader `null` is the same as no member, so a rule about a missing tier counts it.
  if (member.kind === 'null') return NO_TIER;
  const text = textOf(bytes, member);
  return text === null ? NOT_A_TIER : sayTier(text);
}

/** The text of the first of some members; null when there is none or it is no string. */
export function textAt(bytes: Buffer, [member]: readonly Occurrence[]): string | null {
  return member === undefined ? null : textOf(bytes, member);
}

/** Says in words why a body is not one JSON object. */
export function faultText({ fault, at }: EnvelopeFault): string {
  switch (fault) {
    case 'encoding':
      return 'it is not UTF-8';
    case 'byte_order_mark':
      return 'it begins with a byte order mark';
    case 'not_an_object':
      return 'it is not a JSON object';
    case 'syntax':
      return `it is not JSON (byte ${at})`;
    case 'trailing':
      return `there is something after the JSON object (byte ${at})`;
    case 'depth':
      return `it is nested too deep (byte ${at})`;
  }
}
