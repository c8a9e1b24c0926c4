import { KeyRound, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AccountChange, type AccountChanges, useAccountChanges, useAccounts } from '../../account-changes.ts';
import type { AccountEntry } from '../../account-entry.ts';
import { hrefOf } from '../../address.ts';
import { ControlError } from '../../../shared/control.ts';
import { useAnswer } from '../../call.ts';
import { useSecond } from '../../clock.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ReorderList } from '../../components/reorder-list.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useStatus } from '../../gateway-state.ts';
import { navigate, useRoute } from '../../route.ts';
import { AddAccount } from './add-account.tsx';
import { type AccountDialog, AccountDialogs } from './account-dialogs.tsx';
import { AccountRow } from './account-row.tsx';

const ADDING = hrefOf('accounts', null, { add: '1' });

/** The changes that no dialog makes, so that their failure is told on the page. */
const SHOWN_HERE: ReadonlySet<AccountChange['kind']> = new Set(['order', 'enable', 'reset']);

/** Where turns go: the accounts in the order in which they are asked. */
export function AccountsPage() {
  const { t } = useTranslation('accounts');
  const { entries, error, retry } = useAccounts();
  const changes = useAccountChanges();
  const route = useRoute();
  // The first steps lead here with the dialog open.
  const adding = 'add' in route.query;
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        entries !== undefined && (
          <Button look="primary" onClick={() => navigate(ADDING)}>
            <Plus aria-hidden="true" className="size-3.5" />
            {t('adding.open')}
          </Button>
        )
      }
    >
      <NoKeychain />
      {changes.save.error !== null && SHOWN_HERE.has(changes.save.variables.kind) && (
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
      {adding && entries !== undefined && (
        <AddAccount
          accounts={entries.map(({ account }) => account)}
          onAdded={(id) => navigate(hrefOf('accounts', id), { replace: true })}
          onClose={() => {
            if ('add' in route.query) navigate(hrefOf('accounts', route.id), { replace: true });
          }}
        />
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
          <div className="mt-4 flex justify-center gap-2">
            <ButtonLink look="primary" href={ADDING}>
              {t('empty.add')}
            </ButtonLink>
            <ButtonLink href={hrefOf('overview')}>{t('empty.try')}</ButtonLink>
          </div>
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

/** Says what to do where keys cannot be stored; keys in variables work all the same. */
function NoKeychain() {
  const { t } = useTranslation('accounts');
  // Asked once and on the person's word: a locked keychain may answer each question with a dialog of its own.
  const keys = useAnswer('key.list', {}, { again: false });
  const missing = keys.error instanceof ControlError && keys.error.code === 'keychain_unavailable';
  if (!missing) return null;
  return (
    <ErrorState error={keys.error} onRetry={() => void keys.refetch()}>
      <p className="mt-1 text-ink-soft">{t('noKeychain')}</p>
    </ErrorState>
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
