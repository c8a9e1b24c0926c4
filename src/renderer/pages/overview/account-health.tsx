import { useTranslation } from 'react-i18next';
import type { AccountState } from '../../../shared/control.ts';
import { hrefOf } from '../../address.ts';
import { classNames } from '../../components/class-names.ts';
import { Panel } from '../../components/panel.tsx';
import { timeOfDay } from '../../words/figure.ts';

type Health = 'good' | 'warn' | 'bad' | 'off';

const DOTS: Readonly<Record<Health, string>> = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  off: 'border-[1.5px] border-line-control',
};

/** How each account does, in a word. */
export function AccountHealth({
  accounts,
  sandbox,
}: {
  readonly accounts: readonly AccountState[];
  readonly sandbox: boolean;
}) {
  const { t } = useTranslation('overview');
  return (
    <Panel title={t('accounts')}>
      <ul className="py-1">
        {sandbox && accounts.length === 0 && <li className="px-4 py-1.5 text-ink-soft">{t('sandboxAnswers')}</li>}
        {accounts.map((account) => (
          <AccountLine key={account.id} account={account} />
        ))}
      </ul>
    </Panel>
  );
}

function AccountLine({ account }: { readonly account: AccountState }) {
  const { t } = useTranslation('overview');
  const { id, enabled, resting, breaker, keys, openTurns, waiting } = account;
  const ready = keys.filter(({ state }) => state === 'ready').length;
  const cooling = keys.find(({ state }) => state === 'cooling');
  const [health, word]: readonly [Health, string] = !enabled
    ? ['off', t('health.off')]
    : breaker !== null
      ? ['bad', t('health.breaker', { time: timeOfDay(breaker.until) })]
      : resting !== null
        ? ['warn', resting]
        : keys.length > 0 && ready === 0
          ? cooling === undefined
            ? ['bad', t('health.noKey')]
            : ['warn', t('health.cooling')]
          : keys.length > ready
            ? ['warn', t('health.someKeys', { ready, count: keys.length })]
            : ['good', t('health.good')];
  return (
    <li className="px-2">
      <a href={hrefOf('accounts', id)} className="flex h-8 items-center gap-2 rounded-md px-2 hover:bg-hover">
        <span aria-hidden="true" className={classNames('size-2 shrink-0 rounded-full', DOTS[health])} />
        <span className="truncate font-medium">{id}</span>
        <span className="min-w-0 flex-1 truncate text-xs text-ink-soft">{word}</span>
        {openTurns + waiting > 0 && (
          <span className="text-xs whitespace-nowrap text-ink-faint tabular-nums">
            {t('underWay', { count: openTurns })}
            {waiting > 0 && ` · ${t('waiting', { count: waiting })}`}
          </span>
        )}
      </a>
    </li>
  );
}
