import { useTranslation } from 'react-i18next';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { Dialog, DialogClose, DialogFoot } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { usePolicy } from '../../gateway-state.ts';
import type { PolicyChanges } from '../../policy-save.ts';
import { distanceOf, momentOf } from '../../words/figure.ts';
import { Sentence } from './rule-row.tsx';

/** Earlier policies, each to be looked at and put back in force. */
export function PolicyHistory({ changes, onClose }: { readonly changes: PolicyChanges; readonly onClose: () => void }) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  const now = useMinute();
  const history = useAnswer('policy.history', {});
  const rulesInForce = JSON.stringify(usePolicy().data?.rules);
  return (
    <Dialog wide title={t('history.title')} onClose={onClose}>
      {changes.save.error !== null && <ErrorState error={changes.save.error} />}
      {history.data === undefined ? (
        history.error === null ? (
          <Skeleton label={t('history.reading')} rows={3} />
        ) : (
          <ErrorState error={history.error} onRetry={() => void history.refetch()} />
        )
      ) : history.data.entries.length === 0 ? (
        <p className="text-ink-soft">{t('history.none')}</p>
      ) : (
        <ol className="divide-y divide-line rounded-md border border-line">
          {history.data.entries.map(({ at, policy }) => (
            <li key={at} className="flex items-start gap-3 px-3 py-2">
              <details className="min-w-0 flex-1">
                <summary>
                  <span className="font-medium">{momentOf(at)}</span>{' '}
                  <span className="text-ink-soft">
                    {distanceOf(at, now)} · {t('import.rules', { count: policy.rules.length })}
                  </span>
                </summary>
                <ol className="mt-1.5 flex flex-col gap-1 pl-4">
                  {policy.rules.map((rule) => (
                    <li key={rule.id}>
                      <Sentence rule={rule} now={now} idle={!rule.enabled} />
                    </li>
                  ))}
                </ol>
              </details>
              {JSON.stringify(policy.rules) === rulesInForce ? (
                <Chip tone="good">{t('history.current')}</Chip>
              ) : (
                <Button
                  size="small"
                  busy={changes.save.isPending}
                  onClick={() =>
                    void changes.change({ kind: 'replace', policy }).then((done) => {
                      if (done) onClose();
                    })
                  }
                >
                  {t('history.use')}
                </Button>
              )}
            </li>
          ))}
        </ol>
      )}
      <DialogFoot>
        <DialogClose data-autofocus="true">{t('common:done')}</DialogClose>
      </DialogFoot>
    </Dialog>
  );
}
