import { useTranslation } from 'react-i18next';
import type { AccountState } from '../../../shared/control.ts';
import { hrefOf } from '../../address.ts';
import { HealthDot } from '../../components/health-dot.tsx';
import { Panel } from '../../components/panel.tsx';
import { healthOf } from '../../words/account-word.ts';
import { timeOfDay } from '../../words/figure.ts';

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
  const { id, openTurns, waiting } = account;
  const { health, word, until } = healthOf(account);
  return (
    <li className="px-2">
      <a href={hrefOf('accounts', id)} className="flex h-8 items-center gap-2 rounded-md px-2 hover:bg-hover">
        <HealthDot health={health} />
        <span className="truncate font-medium">{id}</span>
        <span className="min-w-0 flex-1 truncate text-xs text-ink-soft">
          {until === null ? word : t('healthUntil', { word, time: timeOfDay(until) })}
        </span>
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
