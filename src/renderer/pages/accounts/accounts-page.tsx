import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AccountChanges, useAccountChanges, useAccounts } from '../../account-changes.ts';
import type { AccountEntry } from '../../account-entry.ts';
import { hrefOf } from '../../address.ts';
import { useSecond } from '../../clock.ts';
import { ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ReorderList } from '../../components/reorder-list.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useStatus } from '../../gateway-state.ts';
import { useRoute } from '../../route.ts';
import { type AccountDialog, AccountDialogs } from './account-dialogs.tsx';
import { AccountRow } from './account-row.tsx';

/** Where turns go: the accounts in the order in which they are asked. */
export function AccountsPage() {
  const { t } = useTranslation('accounts');
  const { entries, error, retry } = useAccounts();
  const changes = useAccountChanges();
  return (
    <Page title={t('title')} lead={t('lead')}>
      {changes.save.error !== null && changes.save.variables.kind !== 'remove' && (
        <ErrorState error={changes.save.error}>
          <p className="mt-1 text-ink-soft">{t('nothingChanged')}</p>
        </ErrorState>
      )}
      {entries !== undefined ? (
        <AccountList entries={entries} changes={changes} />
      ) : error !== null ? (
        <ErrorState error={error} onRetry={retry} />
      ) : (
        <Panel className="overflow-hidden">
          <Skeleton label={t('reading')} rows={3} />
        </Panel>
      )}
    </Page>
  );
}

function AccountList({
  entries,
  changes,
}: {
  readonly entries: readonly AccountEntry[];
  readonly changes: AccountChanges;
}) {
  const { t } = useTranslation('accounts');
  const route = useRoute();
  const now = useTime(entries);
  const [dialog, setDialog] = useState<AccountDialog | null>(null);
  if (entries.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<KeyRound />} title={t('empty.title')}>
          <p>{t('empty.text')}</p>
          <ButtonLink href={hrefOf('overview')} className="mt-4">
            {t('empty.try')}
          </ButtonLink>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      <Panel>
        <ReorderList
          label={t('list')}
          items={entries}
          keyOf={({ account }) => account.id}
          nameOf={({ account }) => account.id}
          onReorder={(ids) => changes.change({ kind: 'order', ids })}
        >
          {(entry, handle) => (
            <AccountRow
              entry={entry}
              handle={handle}
              now={now}
              open={entry.account.id === route.id}
              changes={changes}
              onDialog={setDialog}
            />
          )}
        </ReorderList>
        <p className="border-t border-line px-4 py-2.5 text-ink-soft">
          {t('asked')} {sharesPlace(entries) && t('shared')}
        </p>
      </Panel>
      {dialog !== null && (
        <AccountDialogs
          dialog={dialog}
          last={entries.length === 1}
          changes={changes}
          onClose={() => {
            changes.save.reset();
            setDialog(null);
          }}
        />
      )}
    </>
  );
}

/** The present, by the second while anything counts down; what has ended is asked for again. */
function useTime(entries: readonly AccountEntry[]): number {
  const status = useStatus();
  const ends = entries.flatMap(({ state }) => [
    ...(state?.breaker?.state === 'open' ? [state.breaker.until] : []),
    ...(state?.keys ?? []).flatMap(({ until }) => (until === null ? [] : [until])),
  ]);
  const now = useSecond(ends.length > 0);
  const over = ends.some((end) => end <= now);
  const { refetch } = status;
  useEffect(() => {
    if (over) void refetch();
  }, [over, now, refetch]);
  return now;
}

function sharesPlace(entries: readonly AccountEntry[]): boolean {
  return new Set(entries.map(({ account }) => account.priority)).size < entries.length;
}
