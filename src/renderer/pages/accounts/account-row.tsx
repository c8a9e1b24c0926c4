import { ChevronRight, Ellipsis } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { isSandbox } from '../../../shared/account.ts';
import { isCodexLogin } from '../../../shared/codex.ts';
import type { AccountChanges } from '../../account-changes.ts';
import type { AccountEntry } from '../../account-entry.ts';
import { hrefOf } from '../../address.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { classNames } from '../../components/class-names.ts';
import { Countdown } from '../../components/countdown.tsx';
import { HealthDot } from '../../components/health-dot.tsx';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Switch } from '../../components/switch.tsx';
import { navigate } from '../../route.ts';
import { healthOf, providerName } from '../../words/account-word.ts';
import { AccountDetail } from './account-detail.tsx';
import type { AccountDialog } from './account-dialogs.tsx';
import { TestOutcome, useAccountTest } from './account-test.tsx';

/** One account: its place, whether it is on, how it does, what can be done; opened, everything about it. */
export function AccountRow({
  entry: { account, state },
  handle,
  now,
  open,
  changes,
  onDialog,
}: {
  readonly entry: AccountEntry;
  readonly handle: ReactNode;
  readonly now: number;
  /** True for the account that the address means. */
  readonly open: boolean;
  readonly changes: AccountChanges;
  readonly onDialog: (dialog: AccountDialog) => void;
}) {
  const { t } = useTranslation('accounts');
  const { id } = account;
  const row = useRef<HTMLDivElement>(null);
  const detailId = useId();
  const test = useAccountTest(id);
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  const models = test.data?.models ?? [];
  const wanted = changes.save.variables;
  const saving = changes.save.isPending && wanted?.kind === 'enable' && wanted.id === id;
  const cools =
    state !== null &&
    (state.breaker !== null || state.resting !== null || state.keys.some((key) => key.state === 'cooling'));

  return (
    <div ref={row} data-account={id} className={classNames(open && 'bg-hover')}>
      <div className="flex items-center gap-2.5 py-2.5 pr-3 pl-2">
        {handle}
        <Switch
          checked={saving ? wanted.enabled : account.enabled}
          busy={saving}
          label={t('switch', { id })}
          onChange={(enabled) => void changes.change({ kind: 'enable', id, enabled })}
        />
        <button
          type="button"
          aria-expanded={open}
          aria-controls={detailId}
          className="group flex min-w-0 flex-1 items-center gap-2 rounded-md px-1 text-left"
          onClick={() => navigate(hrefOf('accounts', open ? null : id), { replace: true })}
        >
          <ChevronRight
            aria-hidden="true"
            className={classNames('size-4 shrink-0 text-ink-faint transition-transform', open && 'rotate-90')}
          />
          <Summary account={account} state={state} now={now} />
        </button>
        {state !== null && <Load state={state} />}
        <Button size="small" aria-label={t('test.label', { id })} busy={test.isPending} onClick={test.run}>
          {test.isPending ? t('test.busy') : t('test.do')}
        </Button>
        <Menu
          label={t('menu', { id })}
          trigger={
            <Button look="bare" size="icon" aria-label={t('menu', { id })}>
              <Ellipsis aria-hidden="true" className="size-4" />
            </Button>
          }
        >
          <MenuItem onSelect={() => onDialog({ kind: 'edit', account })}>{t('edit')}</MenuItem>
          <MenuItem onSelect={() => onDialog({ kind: 'mapping', account, models })}>{t('editMapping')}</MenuItem>
          {!isCodexLogin(account) && (
            <MenuItem onSelect={() => onDialog({ kind: 'key', account, name: null })}>{t('keys.add')}</MenuItem>
          )}
          <MenuItem disabled={!cools} onSelect={() => void changes.change({ kind: 'reset', id })}>
            {t('reset')}
          </MenuItem>
          <MenuItem onSelect={() => navigate(hrefOf('turns', null, { accounts: id }))}>{t('showTurns')}</MenuItem>
          <MenuItem onSelect={() => onDialog({ kind: 'remove', account })}>{t('remove')}</MenuItem>
        </Menu>
      </div>
      <TestOutcome id={id} test={test} />
      <div id={detailId}>
        {open && <AccountDetail entry={{ account, state }} models={models} now={now} onDialog={onDialog} />}
      </div>
    </div>
  );
}

function Summary({ account, state, now }: AccountEntry & { readonly now: number }) {
  const { t } = useTranslation('accounts');
  const { health, word, until } =
    state === null ? ({ health: 'off', word: t('health.starting'), until: null } as const) : healthOf(state);
  return (
    <span className="min-w-0">
      <span className="flex flex-wrap items-center gap-1.5">
        <span className="truncate text-base font-medium">{account.id}</span>
        {isSandbox(account) ? (
          <Chip tone="accent">{t('sandboxChip')}</Chip>
        ) : (
          <Chip>{isCodexLogin(account) ? t('login') : providerName(account.provider)}</Chip>
        )}
      </span>
      <span className="mt-0.5 flex items-center gap-1.5 text-xs text-ink-soft">
        <HealthDot health={health} />
        <span className="truncate">{word}</span>
        {until !== null && <Countdown until={until} now={now} />}
      </span>
    </span>
  );
}

function Load({ state: { openTurns, waiting, concurrency } }: { readonly state: NonNullable<AccountEntry['state']> }) {
  const { t } = useTranslation('accounts');
  if (openTurns + waiting === 0 && concurrency === null) return null;
  return (
    <span className="text-right text-xs whitespace-nowrap text-ink-faint tabular-nums max-sm:hidden">
      {concurrency === null
        ? t('underWay', { open: openTurns })
        : t('underWayOf', { open: openTurns, limit: concurrency })}
      {waiting > 0 && <span className="block text-warn">{t('waiting', { count: waiting })}</span>}
    </span>
  );
}
