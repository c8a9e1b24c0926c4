import type { Status } from '../../shared/control.ts';
import type { Turn } from '../../shared/turn.ts';
import type { Speech } from './desktop-words.ts';

/** Longer lines would widen the menu beyond small screens. */
const LINE_LIMIT = 80;

const PICODOLLARS_PER_CENT = 10_000_000_000n;

/** A text that fits one line of the menu. */
export function line(text: string): string {
  return cut(text, LINE_LIMIT);
}

/** A text that is not longer than that, cut between characters. */
export function cut(text: string, limit: number): string {
  // Never half of a pair of surrogates, which would be drawn as a broken character.
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The time of day on the person's clock. */
export function clockTime(instant: number, { locale }: Speech): string {
  return new Date(instant).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** Picodollars to the cent, as people write them. */
export function dollars(picodollars: bigint, speech: Speech): string {
  if (picodollars < 0n) return `-${dollars(-picodollars, speech)}`;
  if (picodollars > 0n && picodollars < PICODOLLARS_PER_CENT) return speech.say('money_least');
  const cents = (picodollars + PICODOLLARS_PER_CENT / 2n) / PICODOLLARS_PER_CENT;
  return `$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

/** What was spent today; what is not known is said and never taken for nothing. */
export function spendLine({ cost, turns, unpriced }: Status['spend']['day'], speech: Speech): string {
  const { say } = speech;
  if (turns === 0) return say('today_none');
  const several = turns === 1 ? say('turns_one') : say('turns_many', { count: turns });
  if (unpriced >= turns) return say('today_unpriced', { turns: several });
  const known = { cost: dollars(BigInt(cost), speech), turns: several };
  return unpriced === 0 ? say('today', known) : say('today_partly', { ...known, unpriced });
}

/** The way of a turn's tier from what was asked to what was served. */
export function tierWay({ tiers, verdict }: Pick<Turn, 'tiers' | 'verdict'>, speech: Speech): string {
  const { say } = speech;
  const asked = tiers.requested === null ? say('tier_none') : tierWord(tiers.requested, speech);
  if (verdict === 'block') return say('way_blocked', { tier: asked });
  const ran = tiers.served ?? tiers.sent;
  const got = ran === null ? say('tier_untold') : tierWord(ran, speech);
  return asked === got ? got : `${asked} → ${got}`;
}

/** One turn on one line: when, who, what, and what became of its tier. */
export function turnLine(turn: RecentTurn, speech: Speech): string {
  const { startedAt, tool, models, cost, status, error } = turn;
  const model = models.upstream ?? models.requested ?? speech.say('model_none');
  const price = cost.total === null ? [] : [dollars(BigInt(cost.total), speech)];
  const isGood = error === null && (status === null || status < 400);
  const failed = isGood ? [] : [speech.say('turn_failed', { reason: error ?? String(status) })];
  return line([clockTime(startedAt, speech), tool, model, tierWay(turn, speech), ...price, ...failed].join('  '));
}

/** What the tray needs of a turn. */
export type RecentTurn = Pick<
  Turn,
  'id' | 'startedAt' | 'tool' | 'models' | 'tiers' | 'verdict' | 'cost' | 'status' | 'error'
>;

/** A tier's name; what is on no list is said as it is. */
export function tierWord(tier: string, { say }: Speech): string {
  switch (tier) {
    case 'auto':
    case 'default':
    case 'flex':
    case 'priority':
    case 'scale':
    case 'ultrafast':
      return say(`tier_${tier}`);
    default:
      return cut(tier, 16);
  }
}
