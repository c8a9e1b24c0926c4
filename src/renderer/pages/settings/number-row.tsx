import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from '../../components/class-names.ts';
import { INPUT_CLASS } from '../../components/field.tsx';
import { type NumberBounds, numberOf } from '../../number-text.ts';
import type { SettingsChanges } from '../../settings-change.ts';
import { type RowName, SettingRow } from './setting-row.tsx';

/** A setting that is a number. What is typed is saved with Enter or on leaving, and taken back with Escape. */
export function NumberRow({
  name,
  changes,
  note,
  unit,
  placeholder,
  value,
  bounds,
  onCommit,
}: {
  readonly name: RowName;
  readonly changes: SettingsChanges;
  readonly note?: ReactNode;
  /** Stands behind the number, within its field, so that all of them end alike. */
  readonly unit?: string;
  readonly placeholder?: string;
  /** Null is the empty place. */
  readonly value: number | null;
  readonly bounds: NumberBounds;
  readonly onCommit: (value: number | null) => void;
}) {
  const { t } = useTranslation('settings');
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const typed = draft === null ? value : numberOf(draft, bounds);
  const { min, max } = bounds;
  const commit = (): void => {
    if (draft === null || typed === undefined) return;
    setDraft(null);
    if (typed !== value) onCommit(typed);
  };
  return (
    <SettingRow name={name} changes={changes} note={note}>
      <div className="flex flex-col items-end gap-1">
        <span className="relative">
          <input
            aria-label={unit === undefined ? t(`rows.${name}.label`) : `${t(`rows.${name}.label`)} (${unit})`}
            aria-describedby={`${name}-effect ${id}`}
            aria-invalid={typed === undefined}
            inputMode="numeric"
            autoComplete="off"
            placeholder={placeholder}
            value={draft ?? (value === null ? '' : String(value))}
            className={classNames(INPUT_CLASS, 'w-36 text-right tabular-nums', unit !== undefined && 'pr-17')}
            onChange={({ target }) => setDraft(target.value)}
            onBlur={commit}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setDraft(null);
              if (event.key !== 'Enter') return;
              // Where a dialog opens at once, the same key would else press the button that it begins with.
              event.preventDefault();
              commit();
            }}
          />
          {unit !== undefined && (
            <span
              aria-hidden="true"
              className="pointer-events-none absolute inset-y-0 right-2 flex w-13.5 items-center text-xs text-ink-soft"
            >
              {unit}
            </span>
          )}
        </span>
        <p id={id} role="alert" className="text-xs text-bad empty:hidden">
          {typed === undefined
            ? t(bounds.optional === true ? 'numberOrNone' : 'number', { min: String(min), max: String(max) })
            : null}
        </p>
      </div>
    </SettingRow>
  );
}
