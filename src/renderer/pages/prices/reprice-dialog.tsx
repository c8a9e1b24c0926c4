import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogClose, DialogFoot } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Meter } from '../../components/meter.tsx';
import { type Repriced, type RepriceState, useReprice } from '../../reprice.ts';
import { fullCount } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';

/** Prices recorded turns again: first it says what would change, then it does it. */
export function RepriceDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation(['prices', 'common']);
  const { state, run } = useReprice();
  const busy = state.phase === 'looking' || state.phase === 'keeping';
  const changes = state.phase === 'looked' && state.sums.changed > 0;
  const over = state.phase === 'kept' || (state.phase === 'looked' && !changes);
  return (
    <Dialog title={t('reprice.title')} onClose={onClose}>
      <p className="text-ink-soft">{t('reprice.lead')}</p>
      <div role="status" className="mt-3">
        <Outcome state={state} />
      </div>
      {state.phase === 'failed' && <ErrorState error={state.error} onRetry={() => void run(false)} />}
      <DialogFoot>
        <DialogClose data-autofocus={over}>{over ? t('common:done') : t('common:cancel')}</DialogClose>
        {changes ? (
          <Button look="primary" onClick={() => void run(true)}>
            {t('reprice.keep')}
          </Button>
        ) : (
          !over && (
            <Button look="primary" busy={busy} data-autofocus="true" onClick={() => void run(false)}>
              {t('reprice.look')}
            </Button>
          )
        )}
      </DialogFoot>
    </Dialog>
  );
}

function Outcome({ state }: { readonly state: RepriceState }) {
  const { t } = useTranslation('prices');
  switch (state.phase) {
    case 'idle':
    case 'failed':
      return null;
    case 'looking':
    case 'keeping':
      return (
        <>
          <p className="mb-1.5 text-ink-soft">{t(`reprice.${state.phase}`)}</p>
          <Meter label={t('reprice.progress')} percent={(100 * state.done) / state.steps} tone="accent" />
        </>
      );
    case 'looked':
      return state.sums.changed === 0 ? (
        <p>{t('reprice.nothing', { turns: fullCount(state.sums.turns) })}</p>
      ) : (
        <>
          <p>{t('reprice.would', figures(state.sums))}</p>
          <Difference sums={state.sums} />
        </>
      );
    case 'kept':
      return (
        <>
          <p>{t('reprice.did', figures(state.sums))}</p>
          <Difference sums={state.sums} />
        </>
      );
  }
}

function figures({ turns, changed, found }: Repriced) {
  return { count: changed, turns: fullCount(turns), figure: fullCount(changed), found: fullCount(found) };
}

function Difference({ sums: { difference } }: { readonly sums: Repriced }) {
  const { t } = useTranslation('prices');
  if (difference === 0n) return <p className="text-ink-soft">{t('reprice.same')}</p>;
  return (
    <p className="text-ink-soft">
      {difference > 0n
        ? t('reprice.dearer', { money: moneyOf(difference) })
        : t('reprice.cheaper', { money: moneyOf(-difference) })}
    </p>
  );
}
