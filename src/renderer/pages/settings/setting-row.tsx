import { Check, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Switch } from '../../components/switch.tsx';
import type { en } from '../../locales/en.ts';
import type { SettingsChanges } from '../../settings-change.ts';

/** The name of a setting on the page, which is also that of its texts. */
export type RowName = keyof (typeof en)['settings']['rows'];

/** One setting: its name, what it does, and the control; below, whether the last change of it was saved. */
export function SettingRow({
  name,
  changes,
  note,
  below,
  children,
}: {
  readonly name: RowName;
  readonly changes: SettingsChanges;
  /** What goes for this start of the gateway only. */
  readonly note?: ReactNode;
  /** What takes the whole width. */
  readonly below?: ReactNode;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation('settings');
  const { changed, failure, pending, undo } = changes;
  return (
    <div data-setting={name} className="border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-2">
        <div className="max-w-[34rem] min-w-56 flex-1">
          <p className="font-medium">{t(`rows.${name}.label`)}</p>
          <p id={`${name}-effect`} className="text-pretty text-ink-soft">
            {t(`rows.${name}.effect`)}
          </p>
          <div className="mt-1 text-xs text-pretty text-warn empty:hidden">{note}</div>
        </div>
        <div className="flex max-w-full items-center gap-2">{children}</div>
      </div>
      {below}
      <div role="status">
        {changed === name && pending === null && failure === null && (
          <p className="mt-2 flex items-center gap-1.5 text-xs text-good">
            <Check aria-hidden="true" className="size-3.5" />
            {t('saved')}
            <Button look="bare" size="small" aria-label={t('undoOf', { name: t(`rows.${name}.label`) })} onClick={undo}>
              <Undo2 aria-hidden="true" className="size-3.5" />
              {t('undo')}
            </Button>
          </p>
        )}
      </div>
      {failure?.place === name && (
        <div className="mt-2">
          <ErrorState error={failure.error}>
            <p className="mt-1 text-ink-soft">{t('nothingChanged')}</p>
          </ErrorState>
        </div>
      )}
    </div>
  );
}

/** A setting that is on or off. */
export function SwitchRow({
  name,
  changes,
  checked,
  onChange,
}: {
  readonly name: RowName;
  readonly changes: SettingsChanges;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const { t } = useTranslation('settings');
  return (
    <SettingRow name={name} changes={changes}>
      <Switch checked={checked} busy={changes.pending === name} label={t(`rows.${name}.label`)} onChange={onChange} />
    </SettingRow>
  );
}
