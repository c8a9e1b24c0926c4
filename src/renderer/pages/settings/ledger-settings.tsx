import { DatabaseBackup } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../shared/settings.ts';
import { useAnswer, useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog, DialogClose, DialogFoot } from '../../components/dialog.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { useStatus } from '../../gateway-state.ts';
import type { SettingsChanges } from '../../settings-change.ts';
import { byteSize, fullCount, momentOf } from '../../words/figure.ts';
import { NumberRow } from './number-row.tsx';
import { SettingRow } from './setting-row.tsx';

/** How long turns are kept, and a copy of them. */
export function LedgerSettings({
  retention,
  changes,
}: {
  readonly retention: Settings['retention'];
  readonly changes: SettingsChanges;
}) {
  const { t } = useTranslation('settings');
  const [asked, setAsked] = useState<number | null>(null);
  const set = (days: number | null): Promise<boolean> =>
    changes.change('retention', 'retention', (before) => ({ ...before, days }));
  return (
    <Panel title={t('parts.retention')}>
      <NumberRow
        name="retention"
        changes={changes}
        unit={t('unit.days')}
        placeholder={t('forEver')}
        value={retention.days}
        bounds={{ min: 1, max: 3650, optional: true }}
        onCommit={(days) => {
          // Keeping more removes nothing, so it needs no question.
          if (days === null || (retention.days !== null && days > retention.days)) void set(days);
          else setAsked(days);
        }}
      />
      <Backup changes={changes} />
      {asked !== null && <RetentionDialog days={asked} onSave={set} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function RetentionDialog({
  days,
  onSave,
  onClose,
}: {
  readonly days: number;
  readonly onSave: (days: number) => Promise<boolean>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('settings');
  const preview = useAnswer('retention.preview', { days });
  const apply = useCommand('retention.apply', ['retention.preview', 'bill.sums', 'turns.count', 'turns.facets']);
  const removed = preview.data?.turns ?? 0;
  return (
    <Dialog title={t('retention.title', { count: days, figure: fullCount(days) })} onClose={onClose}>
      {preview.error !== null ? (
        <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <p role="status" className="text-ink-soft">
          {preview.data === undefined
            ? t('retention.reading')
            : removed === 0
              ? t('retention.none')
              : t('retention.some', {
                  count: removed,
                  figure: fullCount(removed),
                  time: momentOf(preview.data.before),
                })}
        </p>
      )}
      {apply.error !== null && (
        <div className="mt-3">
          <ErrorState error={apply.error} />
        </div>
      )}
      <DialogFoot>
        <DialogClose data-autofocus="true">{t('retention.keep')}</DialogClose>
        <Button
          look={removed > 0 ? 'danger' : 'primary'}
          disabled={preview.data === undefined}
          busy={apply.isPending}
          onClick={() => {
            void onSave(days).then((saved) => {
              // What was refused stands in the row of the setting.
              if (!saved || removed === 0) onClose();
              else apply.mutate({ days }, { onSuccess: onClose });
            });
          }}
        >
          {t(removed > 0 ? 'retention.apply' : 'retention.applyNone')}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

function Backup({ changes }: { readonly changes: SettingsChanges }) {
  const { t } = useTranslation('settings');
  const { data: status } = useStatus();
  const make = useCommand('backup.make');
  return (
    <SettingRow
      name="backup"
      changes={changes}
      below={
        <div className="mt-2 text-xs text-ink-soft">
          <div role="status">
            {make.data !== undefined && (
              <p className="mb-1 flex flex-wrap items-center gap-1.5 text-ink">
                {t('backup.done', { size: byteSize(make.data.bytes) })}
                <code className="font-mono break-all">{make.data.file}</code>
                <CopyButton text={make.data.file} label={t('backup.copy')} />
              </p>
            )}
          </div>
          {make.error !== null && <ErrorState error={make.error} />}
          {status !== undefined && <p className="text-pretty break-words">{t('backup.how', { home: status.home })}</p>}
        </div>
      }
    >
      <Button busy={make.isPending} onClick={() => make.mutate({})}>
        <DatabaseBackup aria-hidden="true" className="size-3.5" />
        {make.isPending ? t('backup.making') : t('backup.make')}
      </Button>
    </SettingRow>
  );
}
