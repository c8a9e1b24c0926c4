import i18next from 'i18next';
import type { Action } from '../../shared/policy.ts';
import type { Turn } from '../../shared/turn.ts';
import { errorWords } from './error-word.ts';

/** What a verdict did, in one word. */
export function verdictWord(verdict: Action): string {
  return i18next.t(`words:verdicts.${verdict}`);
}

/** A turn's model: the one that left the machine, and how it differs from what was asked or served. */
export interface TurnModel {
  readonly name: string | null;
  readonly note: string | null;
}

/** Chooses the model to show and the difference worth showing. */
export function modelOf({ models: { requested, upstream, served } }: Turn): TurnModel {
  const name = upstream ?? requested;
  const notes: string[] = [];
  if (requested !== null && requested !== name) notes.push(i18next.t('words:model.asked', { model: requested }));
  if (served !== null && served !== name) notes.push(i18next.t('words:model.served', { model: served }));
  return { name, note: notes.length === 0 ? null : notes.join(i18next.t('words:joiner')) };
}

/** How a turn ended: well, badly, or cut off. */
export interface TurnResult {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly status: number | null;
  readonly error: string | null;
  /** The cause and the next step, where they are known. */
  readonly help: string | null;
}

/** Tells how a turn ended. */
export function resultOf({ status, error, partial, verdict }: Turn): TurnResult {
  const failed = error !== null || status === null || status >= 400;
  // A block is the policy at work, and a tool that leaves is its own affair: neither is a failure of the gateway.
  const expected = verdict === 'block' || error === 'tool_left';
  return {
    tone: failed && !expected ? 'bad' : failed || partial ? 'warn' : 'good',
    status,
    error,
    help: error === null ? null : helpOf(error),
  };
}

function helpOf(code: string): string | null {
  const status = upstreamStatus(code);
  if (status !== null) return i18next.t(`words:refused.${refusalKind(status)}`, { status });
  const words = errorWords(code, '');
  return words === null ? null : `${words.cause} ${words.next}`;
}

/** The status in an error that is the upstream's own; null for any other. */
function upstreamStatus(code: string): number | null {
  const status = /^upstream_(\d{3})$/.exec(code)?.[1];
  return status === undefined ? null : Number(status);
}

function refusalKind(status: number): 'key' | 'limit' | 'request' | 'failure' {
  if (status === 401 || status === 403) return 'key';
  if (status === 429) return 'limit';
  return status < 500 ? 'request' : 'failure';
}

/** Whether an upstream answered, with whatever it said. */
export function wasAnswered({ sentAt, status, error }: Turn): boolean {
  return sentAt !== null && status !== null && (error === null || upstreamStatus(error) !== null);
}

/** Milliseconds from the start of a turn to its first token and to its end; null is not known. */
export function spansOf({ startedAt, firstTokenAt, endedAt }: Turn): {
  readonly first: number | null;
  readonly whole: number;
} {
  return { first: firstTokenAt === null ? null : firstTokenAt - startedAt, whole: endedAt - startedAt };
}

/** One stretch of a turn's time; null is not known. */
export interface Stretch {
  readonly id: 'queue' | 'first' | 'rest';
  readonly took: number | null;
}

/** Where a turn's time went: until it left, until the first token, and from there to the end. */
export function stretchesOf({ startedAt, sentAt, firstTokenAt, endedAt }: Turn): readonly Stretch[] {
  return [
    { id: 'queue', took: sentAt === null ? null : sentAt - startedAt },
    { id: 'first', took: sentAt === null || firstTokenAt === null ? null : firstTokenAt - sentAt },
    { id: 'rest', took: firstTokenAt === null ? null : endedAt - firstTokenAt },
  ];
}

/** Why a turn is billed as it is. */
export type BillingReason =
  'nothingSent' | 'refused' | 'unknown' | 'servedCheaper' | 'servedDecides' | 'sentStands' | 'agreed';

/** Tells why the billed tier is what it is. */
export function billingReason(turn: Turn): BillingReason {
  const { tiers, verdict, account, servedTrust, status } = turn;
  if (verdict === 'block' || account === null) return 'nothingSent';
  if (wasAnswered(turn) && (status ?? 0) >= 400) return 'refused';
  if (tiers.billed === null) return 'unknown';
  if (tiers.sent === null || tiers.sent === 'auto') return 'servedDecides';
  if (tiers.served === null || servedTrust === 'unverifiable') return 'sentStands';
  if (tiers.billed === tiers.sent) return tiers.served === tiers.sent ? 'agreed' : 'sentStands';
  return 'servedCheaper';
}
