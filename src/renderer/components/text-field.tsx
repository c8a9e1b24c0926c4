import { type ComponentProps, useId } from 'react';
import { classNames } from './class-names.ts';

/** One line of text with its label and, where something is wrong with it, why. */
export function TextField({
  label,
  problem,
  className,
  ...rest
}: ComponentProps<'input'> & { readonly label: string; readonly problem: string | null }) {
  const id = useId();
  const problemId = `${id}-problem`;
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      <label htmlFor={id} className="text-xs font-medium text-ink-soft">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        spellCheck={false}
        autoComplete="off"
        className="h-8 rounded-md border border-line-control bg-raised px-2.5 text-sm text-ink placeholder:text-ink-faint aria-invalid:border-bad"
        {...rest}
      />
      <p id={problemId} role="alert" className="text-xs text-bad empty:hidden">
        {problem}
      </p>
    </div>
  );
}
