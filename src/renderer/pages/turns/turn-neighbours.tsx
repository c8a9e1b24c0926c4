import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { hrefOf } from '../../address.ts';
import { ButtonLink } from '../../components/button.tsx';
import { TierChip } from '../../components/tier-chip.tsx';
import { shortCount, timeOfDay } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';
import { sentTierOf } from '../../words/tier-word.ts';

/** The other turns of the same session around this one, oldest first. */
export function TurnNeighbours({
  turn,
  session,
  neighbours,
}: {
  readonly turn: Turn;
  readonly session: string;
  /** Null while they are not known. */
  readonly neighbours: readonly Turn[] | null;
}) {
  const { t } = useTranslation('turns');
  const all = [...(neighbours ?? []).filter(({ id }) => id !== turn.id), turn].sort((a, b) => a.seq - b.seq);
  return (
    <div className="flex flex-col gap-2">
      <ol className="flex flex-col text-xs">
        {all.map((each) => (
          <li key={each.id}>
            <a
              href={hrefOf('turns', each.id)}
              aria-current={each.id === turn.id ? 'true' : undefined}
              className="grid h-6 grid-cols-[4.5rem_minmax(0,1fr)_4rem_4.5rem] items-center gap-2 rounded-sm px-1 hover:bg-hover aria-[current=true]:bg-accent-wash"
            >
              <span className="tabular-nums">{timeOfDay(each.startedAt)}</span>
              <span>
                <TierChip role="sent" figure={sentTierOf(each.tiers.sent)} />
              </span>
              <span className="text-right tabular-nums">
                {each.tokens.output === null ? '' : shortCount(each.tokens.output)}
              </span>
              <span className="text-right tabular-nums">
                {each.cost.total === null ? '' : moneyOf(each.cost.total)}
              </span>
            </a>
          </li>
        ))}
      </ol>
      <ButtonLink size="small" className="self-start" href={hrefOf('turns', null, { session })}>
        {t('wholeSession')}
      </ButtonLink>
    </div>
  );
}
