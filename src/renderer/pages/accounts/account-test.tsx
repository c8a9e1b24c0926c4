import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { classNames } from '../../components/class-names.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { duration, fullCount } from '../../words/figure.ts';
import { sentenceWords } from '../../words/sentence-word.ts';

/** Asks an account's upstream for something that costs nothing. */
export function useAccountTest(id: string) {
  // The keys are read anew for it, so how the account does may have changed.
  const test = useCommand('account.test', ['status.get']);
  return { ...test, run: () => test.mutate({ id }) };
}

/** What came of an account's test: how long it took, the models it lists, or what is wrong and what to do. */
export function TestOutcome({
  id,
  test: { data, error, reset },
}: {
  readonly id: string;
  readonly test: ReturnType<typeof useAccountTest>;
}) {
  const { t } = useTranslation(['accounts', 'common']);
  if (error !== null) {
    return (
      <div className="px-4 pb-3">
        <ErrorState error={error} />
      </div>
    );
  }
  if (data === undefined) return null;
  const { ok, outcome, status, message, models, took } = data;
  const isWell = outcome === 'works' || outcome === 'answers' || outcome === 'sandbox';
  const Icon = ok ? CircleCheck : CircleAlert;
  const facts = [
    ...(status === null ? [] : [t('test.status', { status })]),
    t('test.took', { time: duration(took) }),
  ].join(', ');
  return (
    <section
      aria-label={t('test.result', { id })}
      data-outcome={outcome}
      className={classNames('mx-3 mb-3 flex gap-2.5 rounded-md px-3 py-2.5', ok ? 'bg-good-wash' : 'bg-bad-wash')}
    >
      <Icon aria-hidden="true" className={classNames('mt-0.5 size-4 shrink-0', ok ? 'text-good' : 'text-bad')} />
      <div className="min-w-0 flex-1">
        <p role="status">
          <span className="font-medium wrap-break-word">{isWell ? t(`test.${outcome}`) : sentenceWords(message)}</span>{' '}
          <span className="text-xs text-ink-soft">({facts})</span>
        </p>
        {!isWell && (
          <p className="mt-1 text-ink-soft">
            <span className="font-medium text-ink">{t('common:next')} </span>
            {t(`test.next.${outcome}`)}
          </p>
        )}
        {models.length > 0 && (
          <details className="mt-1">
            <summary className="cursor-pointer text-ink-soft">
              {t('test.models', { count: models.length, figure: fullCount(models.length) })}
            </summary>
            <ul className="mt-1.5 flex max-h-40 flex-wrap gap-x-3 gap-y-0.5 overflow-y-auto font-mono text-xs">
              {models.map((model) => (
                <li key={model}>{model}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <Button look="bare" size="icon" aria-label={t('common:close')} onClick={reset}>
        <X aria-hidden="true" className="size-3.5" />
      </Button>
    </section>
  );
}
