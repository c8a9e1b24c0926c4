import { ArrowRight, CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { hrefOf } from '../../address.ts';
import { ButtonLink } from '../../components/button.tsx';
import { Panel } from '../../components/panel.tsx';
import { TierChip } from '../../components/tier-chip.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { useStatus, useTurns } from '../../gateway-state.ts';
import { timeOfDay } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';
import { tiersOf } from '../../words/tier-word.ts';
import { modelOf, resultOf } from '../../words/turn-word.ts';

const SHOWN = 8;

/** The newest turns as they end, and how many are under way. */
export function LiveTurns() {
  const { t } = useTranslation('overview');
  const { turns } = useTurns();
  const { data: status } = useStatus();
  const open = status?.openTurns ?? 0;
  return (
    <Panel
      title={t('live')}
      actions={
        <div className="flex items-center gap-3">
          {open > 0 && (
            <span className="inline-flex items-center gap-1.5 text-xs text-ink-soft">
              <span aria-hidden="true" className="size-1.5 animate-breathe rounded-full bg-accent" />
              {t('underWay', { count: open })}
            </span>
          )}
          <ButtonLink size="small" look="bare" href={hrefOf('turns')}>
            {t('allTurns')}
            <ArrowRight aria-hidden="true" className="size-3.5" />
          </ButtonLink>
        </div>
      }
    >
      {turns.length === 0 ? (
        <p className="p-4 text-ink-faint">{t('nothingYet')}</p>
      ) : (
        <ul className="py-1">
          {turns.slice(0, SHOWN).map((turn) => {
            const { requested, sent } = tiersOf(turn);
            return (
              <li key={turn.seq} className="px-2">
                <a
                  href={hrefOf('turns', turn.id)}
                  className="grid h-8 grid-cols-[4.25rem_minmax(3rem,7rem)_minmax(4rem,1fr)_11rem_6rem_4.5rem] items-center gap-2 rounded-md px-2 hover:bg-hover max-[1279px]:grid-cols-[4.25rem_minmax(3rem,7rem)_minmax(4rem,1fr)_11rem_4.5rem]"
                >
                  <span className="text-ink-soft tabular-nums">{timeOfDay(turn.startedAt)}</span>
                  <span className="truncate font-medium">{turn.tool}</span>
                  <span className="truncate text-ink-soft">{modelOf(turn).name ?? ''}</span>
                  <span className="flex items-center gap-1">
                    <TierChip role="requested" figure={requested} />
                    <ArrowRight aria-hidden="true" className="size-3 text-ink-faint" />
                    <TierChip role="sent" figure={sent} />
                  </span>
                  <span className="truncate text-xs max-[1279px]:hidden">
                    <Ending turn={turn} />
                  </span>
                  <span className="text-right text-xs tabular-nums">
                    <Outcome turn={turn} />
                  </span>
                </a>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

/** What the policy did, or that the turn came to nothing. */
function Ending({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation('words');
  if (resultOf(turn).tone !== 'bad') return turn.verdict !== null && <VerdictMark verdict={turn.verdict} />;
  return (
    <span className="inline-flex items-center gap-1.5 align-top text-bad">
      <CircleX aria-hidden="true" className="size-3.5" />
      {t('failed')}
    </span>
  );
}

/** The sum; in a window too narrow for its ending that the turn came to nothing stands in its place. */
function Outcome({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation('words');
  if (resultOf(turn).tone !== 'bad') return <Price turn={turn} />;
  return (
    <>
      <span className="text-bad min-[1280px]:hidden">{t('failed')}</span>
      <span className="max-[1279px]:hidden">
        <Price turn={turn} />
      </span>
    </>
  );
}

/** What a turn cost; a plan's turn is billed to nobody, so it has no sum among those that are. */
function Price({ turn: { cost, costBasis } }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  if (costBasis === 'credits') return <span className="text-ink-faint">{t('credits')}</span>;
  return cost.total === null ? <Unknown /> : moneyOf(cost.total);
}
