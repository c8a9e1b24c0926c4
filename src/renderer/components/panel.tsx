import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A sheet on the canvas that holds things belonging together. */
export function Panel({ className, ...rest }: ComponentProps<'section'>) {
  return <section className={classNames('rounded-lg border border-line bg-panel', className)} {...rest} />;
}

/** A page's title, what it is for, and what may be done there. */
export function PageHeader({
  title,
  children,
  actions,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <div className="flex items-start justify-between gap-6">
      <div className="min-w-0">
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        {children !== undefined && <p className="mt-0.5 max-w-2xl text-pretty text-ink-soft">{children}</p>}
      </div>
      {actions}
    </div>
  );
}
