import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { ButtonLink } from '../../components/button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';

/** By which way each account's turns leave the machine; it is changed with the account. */
export function WaySettings() {
  const { t } = useTranslation(['settings', 'common']);
  const accounts = useAnswer('account.list', {});
  return (
    <Panel title={t('parts.ways')}>
      <div className="border-b border-line px-4 py-3">
        <p className="font-medium">{t('rows.ways.label')}</p>
        <p className="max-w-[34rem] text-pretty text-ink-soft">{t('rows.ways.effect')}</p>
      </div>
      {accounts.data !== undefined ? (
        accounts.data.accounts.length === 0 ? (
          <p className="px-4 py-3 text-ink-soft">{t('ways.none')}</p>
        ) : (
          <ul>
            {accounts.data.accounts.map(({ id, proxy }) => (
              <li key={id} className="flex h-10 items-center gap-4 border-b border-line px-4 last:border-b-0">
                <span className="w-40 truncate font-medium">{id}</span>
                <span className="min-w-0 flex-1 truncate text-ink-soft">{proxy ?? t('ways.straight')}</span>
                <ButtonLink size="small" href={hrefOf('accounts', id)} aria-label={t('ways.edit', { account: id })}>
                  {t('common:edit')}
                </ButtonLink>
              </li>
            ))}
          </ul>
        )
      ) : accounts.error !== null ? (
        <div className="p-4">
          <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />
        </div>
      ) : (
        <Skeleton label={t('ways.reading')} rows={1} />
      )}
    </Panel>
  );
}
