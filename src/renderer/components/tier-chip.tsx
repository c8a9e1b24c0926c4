import { TIERS, type Tier } from '../../shared/tier.ts';
import { roleName, type TierFigure, tierName, type TierRole } from '../words/tier-word.ts';
import i18next from 'i18next';
import { Chip, type ChipTone } from './chip.tsx';
import { Unknown } from './unknown.tsx';

const TONES: Readonly<Record<Tier, ChipTone>> = {
  auto: 'auto',
  default: 'plain',
  flex: 'flex',
  priority: 'warn',
  scale: 'scale',
  ultrafast: 'bad',
};

/** One of a turn's four tiers, spelled as it was on the wire. */
export function TierChip({ role: kind, figure }: { readonly role: TierRole; readonly figure: TierFigure }) {
  const role = roleName(kind);
  if (figure.kind === 'unknown') {
    return (
      <span className="inline-flex h-[1.125rem] items-center px-1">
        <Unknown why={i18next.t('words:tierUnknown', { role, why: figure.why })} />
      </span>
    );
  }
  if (figure.kind === 'none') {
    return (
      <Chip tone="absent" title={`${role}: ${figure.why}`}>
        <span className="sr-only">{role} </span>
        <span>{figure.word}</span>
      </Chip>
    );
  }
  const tier = TIERS.find((known) => known === figure.name);
  const title = `${role}: ${tier === undefined ? i18next.t('words:tierOutside') : tierName(tier)}`;
  return (
    <Chip
      tone={tier === undefined ? 'bad' : TONES[tier]}
      className="max-w-24 font-mono font-normal"
      title={figure.doubt === null ? title : `${title} (${figure.doubt})`}
    >
      <span className="sr-only">{role} </span>
      <span className="truncate">{figure.name}</span>
      {figure.doubt !== null && (
        <>
          <span aria-hidden="true">?</span>
          <span className="sr-only"> ({figure.doubt})</span>
        </>
      )}
    </Chip>
  );
}
