import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../components/copy-button.tsx';
import { DialogClose, DialogFoot } from '../../components/dialog.tsx';
import { ConnectExamples } from './connect-examples.tsx';

/** A local key, shown this once, with what to put where. */
export function NewKey({
  name,
  localKey,
  baseUrl,
}: {
  readonly name: string;
  readonly localKey: string;
  readonly baseUrl: string | null;
}) {
  const { t } = useTranslation(['tools', 'common']);
  return (
    <>
      <p className="text-ink-soft">{t('key.once')}</p>
      <div className="mt-3 flex items-center gap-2 rounded-md border border-line-strong bg-canvas py-1.5 pr-1.5 pl-3">
        <code aria-label={t('key.title', { name })} className="min-w-0 flex-1 font-mono text-xs break-all select-all">
          {localKey}
        </code>
        <CopyButton text={localKey} label={t('key.copyLabel')} look="primary" autofocus>
          {t('key.copy')}
        </CopyButton>
      </div>
      {baseUrl !== null && (
        <div className="mt-5">
          <h3 className="mb-2 font-semibold">{t('connect.one', { name })}</h3>
          <ConnectExamples baseUrl={baseUrl} localKey={localKey} />
        </div>
      )}
      <DialogFoot>
        <DialogClose>{t('common:done')}</DialogClose>
      </DialogFoot>
    </>
  );
}
