import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/account.ts';
import { isCodexLogin } from '../../../shared/codex.ts';
import type { AccountState } from '../../../shared/control.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { Countdown } from '../../components/countdown.tsx';
import type { AccountDialog } from './account-dialogs.tsx';
import { coolingWord, keyPlace } from '../../words/account-word.ts';
import { sentenceWords } from '../../words/sentence-word.ts';

type KeyState = AccountState['keys'][number];

/** An account's keys in the order in which they are used, told apart by their last four characters. */
export function KeyList({
  account,
  keys,
  now,
  onDialog,
}: {
  readonly account: Account;
  readonly keys: readonly KeyState[];
  readonly now: number;
  readonly onDialog: (dialog: AccountDialog) => void;
}) {
  const { t } = useTranslation('accounts');
  if (keys.length === 0) return <p className="text-ink-soft">{t('keys.none')}</p>;
  return (
    <>
      <ol className="divide-y divide-line rounded-md border border-line bg-panel">
        {keys.map((key) => (
          <li key={key.source} data-key={key.source} className="flex items-start gap-2.5 px-3 py-2">
            <KeyRound aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-faint" />
            <KeyWords state={key} now={now} />
            {!isCodexLogin(account) && (
              <>
                {key.source.startsWith('keychain ') && (
                  <Button
                    size="small"
                    aria-label={t('keys.replaceLabel', { name: key.source })}
                    onClick={() => onDialog({ kind: 'key', account, name: key.source.slice('keychain '.length) })}
                  >
                    {t('keys.replace')}
                  </Button>
                )}
                <Button
                  look="bare"
                  size="small"
                  aria-label={t('keys.removeLabel', { name: key.source })}
                  onClick={() => onDialog({ kind: 'removeKey', account, source: key.source })}
                >
                  {t('keys.remove')}
                </Button>
              </>
            )}
          </li>
        ))}
      </ol>
      <p className="mt-1 text-xs text-ink-faint">
        {isCodexLogin(account) ? t('keys.noneLogin') : keys.length > 1 ? t('keys.order') : null}
      </p>
    </>
  );
}

function KeyWords({
  state: { source, lastFour, fingerprint, problem, state, reason, until },
  now,
}: {
  readonly state: KeyState;
  readonly now: number;
}) {
  const { t } = useTranslation('accounts');
  return (
    <div className="min-w-0 flex-1">
      <p className="flex min-w-0 items-baseline gap-1.5">
        <span className="truncate font-medium" title={keyPlace(source)}>
          {keyPlace(source)}
        </span>
        {lastFour !== null && lastFour !== '' && <code className="shrink-0 font-mono text-xs">…{lastFour}</code>}
      </p>
      <p className="mt-0.5 flex flex-wrap items-center gap-1.5 text-xs">
        <Chip tone={state === 'ready' ? 'good' : state === 'cooling' ? 'warn' : 'bad'}>
          {state === 'ready' ? t('keys.ready') : state === 'missing' ? t('keys.missing') : coolingWord(reason)}
        </Chip>
        {until !== null && (
          <span className="text-ink-soft">
            <Countdown until={until} now={now} />
          </span>
        )}
        {fingerprint !== null && (
          <code className="font-mono text-ink-faint" title={t('keys.fingerprint', { fingerprint })}>
            {fingerprint}
          </code>
        )}
      </p>
      {problem !== null && <p className="mt-0.5 text-xs text-bad wrap-break-word">{sentenceWords(problem)}</p>}
    </div>
  );
}
