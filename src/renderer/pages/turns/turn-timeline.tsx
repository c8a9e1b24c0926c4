import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { SourceMark } from '../../components/figure.tsx';
import { classNames } from '../../components/class-names.ts';
import { Unknown } from '../../components/unknown.tsx';
import { duration } from '../../words/figure.ts';
import { stretchesOf } from '../../words/turn-word.ts';

const COLOURS = { queue: 'bg-line-control', first: 'bg-accent', rest: 'bg-good' } as const;

/** Where a turn's time went: waiting here, until the first token, and until the end. */
export function TurnTimeline({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  const stretches = stretchesOf(turn);
  const whole = Math.max(1, turn.endedAt - turn.startedAt);
  const generating = stretches.find(({ id }) => id === 'rest')?.took ?? null;
  const speed =
    generating === null || generating < 50 || turn.tokens.output === null
      ? null
      : (turn.tokens.output * 1000) / generating;
  return (
    <div>
      <div aria-hidden="true" className="flex h-2 gap-px overflow-hidden rounded-full bg-press">
        {stretches.map(
          ({ id, took }) =>
            took !== null && (
              <div
                key={id}
                className={classNames('min-w-0.5', COLOURS[id])}
                style={{ width: `${(took / whole) * 100}%` }}
              />
            ),
        )}
      </div>
      <dl className="mt-2 flex flex-col gap-1 text-xs">
        {stretches.map(({ id, took }) => (
          <div key={id} className="flex items-center gap-2">
            <span aria-hidden="true" className={classNames('size-2 rounded-xs', COLOURS[id])} />
            <dt className="flex-1 text-ink-soft">{t(`stretch.${id}`)}</dt>
            <dd className="tabular-nums">{took === null ? <Unknown /> : duration(took)}</dd>
          </div>
        ))}
        <div className="flex items-center gap-2 border-t border-line pt-1">
          <dt className="flex flex-1 items-center gap-2 text-ink-soft">
            {t('stretch.whole')} <SourceMark source="measured" />
          </dt>
          <dd className="font-medium tabular-nums">
            {duration(turn.endedAt - turn.startedAt)}
            {speed !== null && (
              <span className="font-normal text-ink-faint"> · {t('speed', { tokens: speed.toFixed(0) })}</span>
            )}
          </dd>
        </div>
      </dl>
    </div>
  );
}
