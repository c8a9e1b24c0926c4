import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, speaksOf, standardTierOf } from '../../../shared/account.ts';
import { isCodexLogin } from '../../../shared/codex.ts';
import type { AccountEntry } from '../../account-entry.ts';
import { Button } from '../../components/button.tsx';
import { dialectName } from '../../words/account-word.ts';
import { fullCount, listOf, percent } from '../../words/figure.ts';
import { sentenceWords } from '../../words/sentence-word.ts';
import type { AccountDialog } from './account-dialogs.tsx';
import { KeyList } from './key-list.tsx';
import { QuotaMeters } from './quota-meters.tsx';

/** Everything about one account: its keys, quotas, models and settings. */
export function AccountDetail({
  entry: { account, state },
  models,
  now,
  onDialog,
}: {
  readonly entry: AccountEntry;
  /** The models that the upstream lists, as far as a test has told. */
  readonly models: readonly string[];
  readonly now: number;
  readonly onDialog: (dialog: AccountDialog) => void;
}) {
  const { t } = useTranslation(['accounts', 'common']);
  return (
    <div className="grid grid-cols-2 gap-x-8 gap-y-5 border-t border-line px-4 py-4 max-[1099px]:grid-cols-1">
      <div className="flex min-w-0 flex-col gap-5">
        <Part
          title={t('keys.title')}
          action={
            isCodexLogin(account) ? (
              <Button size="small" onClick={() => onDialog({ kind: 'import', account })}>
                {t(state?.keys.some(({ problem }) => problem === null) === true ? 'adding.again' : 'adding.import')}
              </Button>
            ) : (
              <Button size="small" onClick={() => onDialog({ kind: 'key', account, name: null })}>
                {t('keys.add')}
              </Button>
            )
          }
        >
          {state?.breaker?.state === 'open' && (
            <p className="mb-2 text-bad">{t('breakerWhy', { reason: sentenceWords(state.breaker.reason) })}</p>
          )}
          <KeyList account={account} keys={state?.keys ?? []} now={now} onDialog={onDialog} />
          {isCodexLogin(account) && (
            <div className="mt-4">
              <h3 className="mb-1.5 font-semibold">{t('quota.title')}</h3>
              <QuotaMeters quotas={state?.quotas ?? []} now={now} />
            </div>
          )}
        </Part>
        <Part
          title={t('mapping.title')}
          action={
            <Button
              size="small"
              aria-label={t('mapping.editOf', { id: account.id })}
              onClick={() => onDialog({ kind: 'mapping', account, models })}
            >
              {t('common:edit')}
            </Button>
          }
        >
          <MappingTable mapping={account.modelMapping} />
        </Part>
      </div>
      <Part
        title={t('facts.title')}
        action={
          <Button
            size="small"
            aria-label={t('facts.editOf', { id: account.id })}
            onClick={() => onDialog({ kind: 'edit', account })}
          >
            {t('common:edit')}
          </Button>
        }
      >
        <Facts account={account} />
      </Part>
    </div>
  );
}

function Part({
  title,
  action,
  children,
}: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className="min-w-0">
      <div className="mb-1.5 flex min-h-6 items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        {action}
      </div>
      {children}
    </div>
  );
}

function MappingTable({ mapping }: { readonly mapping: Account['modelMapping'] }) {
  const { t } = useTranslation('accounts');
  const entries = Object.entries(mapping);
  if (entries.length === 0) return <p className="text-ink-soft">{t('mapping.every')}</p>;
  return (
    <div tabIndex={0} role="region" aria-label={t('mapping.title')} className="relative max-h-60 overflow-y-auto">
      <table className="w-full text-xs">
        <thead className="text-ink-faint">
          <tr>
            <th scope="col" className="pb-1 text-left font-medium">
              {t('mapping.asks')}
            </th>
            <th scope="col" className="pb-1 text-left font-medium">
              {t('mapping.sent')}
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([from, to]) => (
            <tr key={from}>
              <th scope="row" className="py-0.5 pr-3 text-left font-mono font-normal break-all">
                {from}
              </th>
              <td className="py-0.5 font-mono break-all">
                {to === '*' ? <span className="font-sans text-ink-soft">{t('mapping.same')}</span> : to}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Facts({ account }: { readonly account: Account }) {
  const { t } = useTranslation(['accounts', 'common']);
  const { concurrency, proxy, headers, sockets, allowDearer, regional, pauseAt, baseUrl } = account;
  const names = Object.keys(headers);
  const pauses = [
    ...(pauseAt.fiveHours === undefined ? [] : [t('facts.pauseFive', { percent: percent(pauseAt.fiveHours) })]),
    ...(pauseAt.week === undefined ? [] : [t('facts.pauseWeek', { percent: percent(pauseAt.week) })]),
  ];
  const rows: readonly (readonly [string, ReactNode])[] = [
    [t('facts.baseUrl'), <code className="font-mono text-xs wrap-anywhere">{baseUrl}</code>],
    [t('facts.speaks'), listOf(speaksOf(account).map(dialectName))],
    [t('facts.standardTier'), t(`standard.${standardTierOf(account)}`)],
    [t('facts.concurrency'), concurrency === 0 ? t('facts.unlimited') : fullCount(concurrency)],
    [t('facts.sockets'), t(`socketWays.${sockets}`)],
    [t('facts.proxy'), proxy ?? t('facts.straight')],
    // Their values may be nobody else's business, so a glance at the screen does not show them.
    [t('facts.headers'), names.length === 0 ? t('facts.noHeaders') : names.map((name) => `${name}: ••••`).join(', ')],
    [t('facts.allowDearer'), allowDearer ? t('common:yes') : t('common:no')],
    [t('facts.regional'), regional ? t('common:yes') : t('common:no')],
    ...(isCodexLogin(account)
      ? [[t('facts.pauseAt'), pauses.length === 0 ? t('facts.pauseNever') : listOf(pauses)] as const]
      : []),
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      {rows.map(([name, value]) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-ink-soft">{name}</dt>
          <dd className="min-w-0 wrap-break-word">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
