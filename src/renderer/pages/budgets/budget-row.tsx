import { Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Budget, BudgetState } from '../../../shared/budget.ts';
import { hrefOf } from '../../address.ts';
import { useMinute } from '../../clock.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { classNames } from '../../components/class-names.ts';
import { Meter } from '../../components/meter.tsx';
import { Switch } from '../../components/switch.tsx';
import { distanceOf, fullCount, momentOf, percent } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';

/** One budget: what it is about, how far it is used, and what happens then. */
export function BudgetRow({
  budget,
  state,
  marked,
  busy,
  onSwitch,
  onEdit,
  onRemove,
}: {
  readonly budget: Budget;
  /** Undefined while the budget is off, or has just been made. */
  readonly state: BudgetState | undefined;
  /** True for the budget that the address means. */
  readonly marked: boolean;
  readonly busy: boolean;
  readonly onSwitch: (enabled: boolean) => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation('budgets');
  const { id, tool, period, action, enabled } = budget;
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (marked) element.current?.scrollIntoView({ block: 'center' });
  }, [marked]);
  return (
    <li
      ref={element}
      data-budget={id}
      className={classNames('border-b border-line px-4 py-3 last:border-b-0', marked && 'bg-accent-wash')}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Switch checked={enabled} busy={busy} label={t('switch', { id })} onChange={onSwitch} />
        <p className="min-w-0 flex-1 truncate">
          <span className="font-medium">
            {tool ?? t('everyTool')} · {t(`periods.${period}`)}
          </span>{' '}
          <span className="font-mono text-xs text-ink-faint">{id}</span>
        </p>
        <Button look="bare" size="icon" aria-label={t('editOf', { id })} title={t('editOf', { id })} onClick={onEdit}>
          <Pencil aria-hidden="true" className="size-3.5" />
        </Button>
        <Button
          look="bare"
          size="icon"
          aria-label={t('removeOf', { id })}
          title={t('removeOf', { id })}
          onClick={onRemove}
        >
          <Trash2 aria-hidden="true" className="size-3.5" />
        </Button>
      </div>
      {enabled ? (
        state !== undefined && <Used state={state} />
      ) : (
        <p className="mt-1 text-xs text-ink-faint">{t('off')}</p>
      )}
      <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-soft">
        {state?.inForce === true || (state !== undefined && state.percent >= 100) ? (
          <Chip tone="bad">{t(`inForce.${action}`)}</Chip>
        ) : (
          <span>{t('when', { action: t(`actions.${action}`) })}</span>
        )}
        {state !== undefined && state.unpriced > 0 && (
          <span>
            {t('unpriced', { count: state.unpriced, figure: fullCount(state.unpriced) })}{' '}
            <a href={hrefOf('prices')} className="text-accent hover:underline">
              {t('priceThem')}
            </a>
          </span>
        )}
      </div>
    </li>
  );
}

function Used({ state }: { readonly state: BudgetState }) {
  const { t } = useTranslation('budgets');
  const now = useMinute();
  const { id, spent, limit, percent: used, until } = state;
  const left = BigInt(limit) - BigInt(spent);
  return (
    <div className="mt-2">
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4 text-ink-soft tabular-nums">
        <span>
          <span className="font-medium text-ink">{t('over', { spent: moneyOf(spent), limit: moneyOf(limit) })}</span> ·{' '}
          {percent(used)} · {left < 0n ? t('overBy', { money: moneyOf(-left) }) : t('left', { money: moneyOf(left) })}
        </span>
        <span className="text-xs" title={momentOf(until)}>
          {t('next', { time: distanceOf(until, now) })}
        </span>
      </div>
      <Meter label={t('meter', { id })} percent={used} tone={used >= 100 ? 'bad' : used >= 80 ? 'warn' : 'accent'} />
    </div>
  );
}
