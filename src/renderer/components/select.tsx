import { ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names.ts';

/** A choice of few; native, so that it needs no style of its own in the page and follows the system's habits. */
export function Select<Value extends string>({
  label,
  value,
  options,
  disabled = false,
  className,
  onChange,
}: {
  readonly label: string;
  readonly value: Value | null;
  readonly options: readonly { readonly value: Value; readonly name: string }[];
  readonly disabled?: boolean;
  readonly className?: string;
  readonly onChange: (value: Value) => void;
}) {
  const { t } = useTranslation();
  return (
    <span className={classNames('relative inline-flex', className)}>
      <select
        aria-label={label}
        value={value ?? ''}
        disabled={disabled}
        onChange={({ target }) => {
          const chosen = options.find((option) => option.value === target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
        className="h-7 w-full appearance-none rounded-md border border-line-control bg-raised pr-7 pl-2.5 text-sm text-ink shadow-raised hover:bg-hover disabled:opacity-60"
      >
        {value === null && <option value="">{t('choose')}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-2 size-3.5 -translate-y-1/2 text-ink-soft"
      />
    </span>
  );
}
