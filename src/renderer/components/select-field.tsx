import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';
import { Select } from './select.tsx';

/** A choice of few with its label above it, as tall as a line to type in. */
export function SelectField<Value extends string>({
  problem = null,
  className,
  ...rest
}: Omit<ComponentProps<typeof Select<Value>>, 'className'> & {
  /** What is wrong with the choice; null when nothing is. */
  readonly problem?: string | null;
  readonly className?: string;
}) {
  return (
    <div className={classNames('flex flex-col gap-1', className)}>
      {/* The control has the same words as its name. */}
      <span aria-hidden="true" className="text-xs font-medium text-ink-soft">
        {rest.label}
      </span>
      <Select {...rest} className="w-full [&>select]:h-8" />
      <p role="alert" className="text-xs text-bad empty:hidden">
        {problem}
      </p>
    </div>
  );
}
