import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../components/dialog.tsx';
import { PAGES } from '../address.ts';

/** What can be done from the keyboard. */
export function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <Dialog title={t('keyboard')} onClose={onClose}>
      <div className="grid grid-cols-2 gap-x-8 gap-y-5">
        <Keys title={t('keyboardGo')}>
          {PAGES.map(({ name, letter }) => (
            <KeyLine key={name} keys={['g', letter]} then={t('then')}>
              {t(`pages.${name}`)}
            </KeyLine>
          ))}
        </Keys>
        <div className="flex flex-col gap-5">
          <Keys title={t('keyboardHere')}>
            <KeyLine keys={['?']}>{t('keys.help')}</KeyLine>
            <KeyLine keys={['/']}>{t('keys.search')}</KeyLine>
            <KeyLine keys={['Esc']}>{t('keys.close')}</KeyLine>
          </Keys>
          <Keys title={t('keyboardTurns')}>
            <KeyLine keys={['j', '↓']}>{t('keys.down')}</KeyLine>
            <KeyLine keys={['k', '↑']}>{t('keys.up')}</KeyLine>
            <KeyLine keys={['Home', 'End']}>{t('keys.ends')}</KeyLine>
            <KeyLine keys={['Enter']}>{t('keys.open')}</KeyLine>
          </Keys>
        </div>
      </div>
    </Dialog>
  );
}

function Keys({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 text-xs font-medium text-ink-faint">{title}</h3>
      <dl className="flex flex-col gap-1">{children}</dl>
    </section>
  );
}

function KeyLine({
  keys,
  then,
  children,
}: {
  readonly keys: readonly string[];
  /** Stands between keys that follow each other; without it each does the same. */
  readonly then?: string;
  readonly children: string;
}) {
  return (
    <div className="flex items-center justify-between gap-4">
      <dt>{children}</dt>
      <dd className="flex items-center gap-1 text-xs text-ink-faint">
        {keys.map((key, index) => (
          <span key={key} className="contents">
            {index > 0 && then !== undefined && <span>{then}</span>}
            <kbd className="min-w-5 rounded-sm border border-line-strong bg-canvas px-1 text-center font-mono text-2xs leading-[1.125rem] text-ink-soft">
              {key}
            </kbd>
          </span>
        ))}
      </dd>
    </div>
  );
}
