import { Ellipsis, SquareTerminal } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Sums } from '../../../shared/calls/bill.ts';
import type { CallOutput } from '../../../shared/control.ts';
import type { Rule } from '../../../shared/policy.ts';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { classNames } from '../../components/class-names.ts';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { useTurns } from '../../gateway-state.ts';
import { navigate } from '../../route.ts';
import { distanceOf, fullCount } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';

/** What a dialog about a tool is open for. */
export interface ToolDialog {
  readonly kind: 'limit' | 'rotate' | 'revoke';
  readonly tool: CallOutput<'tool.list'>['tools'][number];
}

/** One tool: its limits, the rules that name it, what it has done, and what can be done with its key. */
export function ToolRow({
  tool,
  now,
  marked,
  rules,
  sums,
  onDialog,
}: {
  readonly tool: CallOutput<'tool.list'>['tools'][number];
  readonly now: number;
  readonly marked: boolean;
  readonly rules: readonly Rule[];
  /** Undefined where it has no turns, or they are still being counted. */
  readonly sums: Sums | undefined;
  readonly onDialog: (dialog: ToolDialog) => void;
}) {
  const { t } = useTranslation('tools');
  const { name, limits } = tool;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  const limited = [
    ...(limits.turnsPerMinute === undefined
      ? []
      : [t('limit.perMinute', { count: limits.turnsPerMinute, figure: fullCount(limits.turnsPerMinute) })]),
    ...(limits.openTurns === undefined
      ? []
      : [t('limit.open', { count: limits.openTurns, figure: fullCount(limits.openTurns) })]),
  ];
  return (
    <li
      ref={row}
      data-tool={name}
      className={classNames(
        'flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-b-0',
        marked && 'animate-arrive bg-hover',
      )}
    >
      <SquareTerminal aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1">
        <p className="truncate text-base font-medium">{name}</p>
        <p className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-soft">
          <span>{limited.length === 0 ? t('limit.none') : limited.join(' · ')}</span>
          {rules.map(({ id }) => (
            <a key={id} href={hrefOf('policy', id)} className="text-accent hover:underline">
              {t('rule', { id })}
            </a>
          ))}
        </p>
      </div>
      <Use name={name} sums={sums} now={now} />
      <Button size="small" aria-label={t('limit.label', { name })} onClick={() => onDialog({ kind: 'limit', tool })}>
        {t('limit.do')}
      </Button>
      <Menu
        label={t('menu', { name })}
        trigger={
          <Button look="bare" size="icon" aria-label={t('menu', { name })}>
            <Ellipsis aria-hidden="true" className="size-4" />
          </Button>
        }
      >
        <MenuItem onSelect={() => onDialog({ kind: 'rotate', tool })}>{t('rotate.open')}</MenuItem>
        <MenuItem onSelect={() => navigate(hrefOf('policy', 'new', { tool: name }))}>{t('newRule')}</MenuItem>
        <MenuItem onSelect={() => navigate(hrefOf('turns', null, { tools: name }))}>{t('showTurns')}</MenuItem>
        <MenuItem onSelect={() => onDialog({ kind: 'revoke', tool })}>{t('revoke.open')}</MenuItem>
      </Menu>
    </li>
  );
}

function Use({ name, sums, now }: { readonly name: string; readonly sums: Sums | undefined; readonly now: number }) {
  const { t } = useTranslation('tools');
  const live = useTurns().turns.find(({ tool }) => tool === name);
  const kept = useAnswer('turns.page', { filter: { tools: [name] }, limit: 1 }, { enabled: live === undefined });
  const last = live ?? kept.data?.turns[0];
  if (sums === undefined || last === undefined)
    return <p className="text-right text-xs text-ink-faint max-sm:hidden">{kept.isPending ? null : t('unused')}</p>;
  return (
    <p className="text-right text-xs text-ink-faint max-sm:hidden">
      <a href={hrefOf('turns', null, { tools: name })} className="text-accent tabular-nums hover:underline">
        {t('turns', { count: sums.turns, figure: fullCount(sums.turns) })}
      </a>
      <span className="block tabular-nums">
        {moneyOf(sums.cost)} · {t('last', { time: distanceOf(Math.min(last.startedAt, now), now) })}
      </span>
    </p>
  );
}
