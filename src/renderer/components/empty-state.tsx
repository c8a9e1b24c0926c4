import type { ReactNode } from 'react';

/** Says that there is nothing yet and what to do next. */
export function EmptyState({
  icon,
  title,
  heading: Heading = 'h2',
  children,
}: {
  readonly icon: ReactNode;
  readonly title: string;
  /** The title's level; the first of its page is h1. */
  readonly heading?: 'h1' | 'h2';
  readonly children: ReactNode;
}) {
  return (
    <div className="mx-auto flex w-full max-w-[38rem] flex-col items-center px-6 py-10 text-center">
      <div
        aria-hidden="true"
        className="mb-3 grid size-10 place-items-center rounded-lg border border-line bg-panel text-ink-soft shadow-raised [&_svg]:size-5"
      >
        {icon}
      </div>
      <Heading className="text-base font-semibold">{title}</Heading>
      <div className="mt-1 w-full text-ink-soft">{children}</div>
    </div>
  );
}
