import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

/** A labelled place for one control; `children` gets what ties label, hint and problem to it. */
export function Field({
  label,
  hint,
  problem = null,
  className,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  /** What is wrong with the value; null when nothing is. */
  readonly problem?: string | null;
  readonly className?: string | undefined;
  readonly children: (control: {
    readonly id: string;
    readonly 'aria-invalid': boolean;
    readonly 'aria-describedby': string | undefined;
  }) => ReactNode;
}) {
  const id = useId();
  const described = [hint === undefined ? [] : [`${id}-hint`], problem === null ? [] : [`${id}-problem`]].flat();
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-xs font-medium text-ink-soft">
        {label}
      </label>
      {children({
        id,
        'aria-invalid': problem !== null,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-ink-faint">
          {hint}
        </p>
      )}
      <p id={`${id}-problem`} role="alert" className="text-xs text-bad empty:hidden">
        {problem}
      </p>
    </div>
  );
}

/** What every place to type in looks like. */
export const INPUT_CLASS =
  'h-8 rounded-md border border-line-control bg-raised px-2.5 text-sm text-ink placeholder:text-ink-faint disabled:opacity-60 aria-invalid:border-bad';

/** One line of text with its label and, where something is wrong with it, why. */
export function TextField({
  label,
  hint,
  problem = null,
  className,
  ...rest
}: ComponentProps<'input'> & {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly problem?: string | null;
}) {
  return (
    <Field label={label} problem={problem} className={className} {...(hint === undefined ? {} : { hint })}>
      {(control) => <input {...control} spellCheck={false} autoComplete="off" className={INPUT_CLASS} {...rest} />}
    </Field>
  );
}
