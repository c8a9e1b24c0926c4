import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A page that scrolls as a whole: its title, what it is for, what may be done there, and its parts. */
export function Page({
  title,
  lead,
  actions,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** True for pages of tables and charts, which use a large window's width. */
  readonly wide?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    // A region that scrolls must be reachable by keyboard.
    <div className="relative h-full overflow-y-auto -outline-offset-2" tabIndex={0} role="region" aria-label={title}>
      <div className={classNames('mx-auto flex flex-col gap-4 p-6 max-[1023px]:p-4', wide ? 'max-w-7xl' : 'max-w-4xl')}>
        <PageHeader title={title} actions={actions}>
          {lead}
        </PageHeader>
        {children}
      </div>
    </div>
  );
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
    <div className="flex items-start justify-between gap-x-6 gap-y-2 max-sm:flex-wrap">
      <div className="min-w-0">
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        {children !== undefined && <p className="mt-0.5 max-w-2xl text-pretty text-ink-soft">{children}</p>}
      </div>
      {actions !== undefined && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  );
}
