import type { Status } from '../../shared/control.ts';
import type { Turn } from '../../shared/turn.ts';

/** Longer lines would widen the menu beyond small screens. */
const LINE_LIMIT = 80;

const TIER_WORDS: Readonly<Record<string, string>> = {
  auto: 'Auto',
  default: 'Standard',
  flex: 'Flex',
  priority: 'Fast',
  scale: 'Scale',
  ultrafast: 'Ultrafast',
};

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
export function clockTime(instant: number): string {
  return new Date(instant).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** Picodollars to the cent, as people write them. */
export function dollars(picodollars: bigint): string {
  if (picodollars < 0n) return `-${dollars(-picodollars)}`;
  if (picodollars > 0n && picodollars < PICODOLLARS_PER_CENT) return 'under $0.01';
  const cents = (picodollars + PICODOLLARS_PER_CENT / 2n) / PICODOLLARS_PER_CENT;
  return `$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}

/** What was spent today; what is not known is said and never taken for nothing. */
export function spendLine({ cost, turns, unpriced }: Status['spend']['day']): string {
  if (turns === 0) return 'No turn today';
  const several = (count: number): string => `${count} ${count === 1 ? 'turn' : 'turns'}`;
  if (unpriced >= turns) return `Today: cost not known, ${several(turns)}`;
  const known = `Today: ${dollars(BigInt(cost))}, ${several(turns)}`;
  return unpriced === 0 ? known : `${known}, ${unpriced} without a price`;
}

/** The way of a turn's tier from what was asked to what was served. */
export function tierWay({ tiers, verdict }: Pick<Turn, 'tiers' | 'verdict'>): string {
  const asked = tiers.requested === null ? 'no tier' : tierWord(tiers.requested);
  if (verdict === 'block') return `${asked} blocked`;
  const ran = tiers.served ?? tiers.sent;
  const got = ran === null ? 'not told' : tierWord(ran);
  return asked === got ? got : `${asked} → ${got}`;
}

/** One turn on one line: when, who, what, and what became of its tier. */
export function turnLine(turn: RecentTurn): string {
  const { startedAt, tool, models, cost, status, error } = turn;
  const model = models.upstream ?? models.requested ?? 'no model';
  const price = cost.total === null ? [] : [dollars(BigInt(cost.total))];
  const failed = error === null && (status === null || status < 400) ? [] : [`failed: ${error ?? String(status)}`];
  return line([clockTime(startedAt), tool, model, tierWay(turn), ...price, ...failed].join('  '));
}

/** What the tray needs of a turn. */
export type RecentTurn = Pick<
  Turn,
  'id' | 'startedAt' | 'tool' | 'models' | 'tiers' | 'verdict' | 'cost' | 'status' | 'error'
>;

function tierWord(tier: string): string {
  return TIER_WORDS[tier] ?? cut(tier, 16);
}
