import { fold } from '../../shared/fold.ts';
import { type TierSaid, sayTier, tierRank } from '../../shared/tier.ts';

/** A routing hint in pieces, and the tiers that the loosest upstream could read in it. */
export interface Hint {
  /** As it came; null where there is none. */
  readonly text: string | null;
  readonly parts: readonly string[];
  readonly tiers: readonly TierSaid[];
}

/** A tier in a hint, whatever stands around it. */
const HINTED_TIER = /tier["']?\s*[=:][\s"']*([^\s;,&"']+)/g;

/** Takes a hint apart. */
export function readHint(text: string | null): Hint {
  if (text === null) return { text, parts: [], tiers: [] };
  const tiers = [...loosened(text).matchAll(HINTED_TIER)].map(([, said = '']) => sayTier(said));
  return { text, parts: text.split(/[;,&]/), tiers };
}

/** Some readers decode percent signs, some fold letter case. */
function loosened(text: string): string {
  return fold(text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
}

/** True where a hint names a tier that costs no more than Standard, or none. */
function isCheap({ tiers }: Hint): boolean {
  return tiers.every(({ exact, lenient }) => [exact, lenient].every((tier) => (tierRank(tier) ?? DEAR) <= STANDARD));
}

const STANDARD = tierRank(null) ?? 0;
const DEAR = Infinity;

/** A hint without any tier that is dearer than Standard. */
export function withoutDearTier(text: string | null): string | null {
  const hint = readHint(text);
  return hintToSend(hint, { keepsTier: isCheap(hint), tier: null, model: '', upstreamModel: '' });
}

/** What a hint has to agree with. */
interface HintGoal {
  /** Whether the tiers it names may leave as they are; else they go, or become `tier`. */
  readonly keepsTier: boolean;
  readonly tier: string | null;
  readonly model: string;
  readonly upstreamModel: string;
}

/** The hint that agrees with the body that leaves; untouched where both stay as they were. */
export function hintToSend({ text, parts }: Hint, { keepsTier, tier, model, upstreamModel }: HintGoal): string | null {
  if (text === null || (keepsTier && model === upstreamModel)) return text;
  const kept = parts.flatMap((part) => {
    const loose = loosened(part);
    if (!keepsTier && loose.includes('tier')) return tier === null ? [] : [`tier=${tier}`];
    const namesModel = /^\s*model\s*=/.test(loose);
    return [namesModel && model !== upstreamModel ? `model=${upstreamModel}` : part];
  });
  return kept.length === 0 ? null : kept.join(';');
}
