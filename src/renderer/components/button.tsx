import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';

const button = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 disabled:opacity-60 aria-busy:opacity-70',
  {
    variants: {
      look: {
        primary: 'bg-accent text-accent-ink hover:bg-accent-strong shadow-raised',
        quiet: 'border border-line-strong bg-raised text-ink hover:bg-hover active:bg-press shadow-raised',
        bare: 'text-ink-soft hover:bg-press hover:text-ink',
        danger: 'bg-bad text-canvas hover:opacity-90 shadow-raised',
      },
      size: { small: 'h-6 px-2 text-xs', normal: 'h-7 px-2.5 text-sm', icon: 'size-6 p-0' },
    },
    defaultVariants: { look: 'quiet', size: 'normal' },
  },
);

/** A link that looks like a button, for what leads to another page. */
export function ButtonLink({ look, size, className, ...rest }: ComponentProps<'a'> & VariantProps<typeof button>) {
  return <a className={classNames(button({ look, size }), className)} {...rest} />;
}

/** A button; `busy` keeps it in the tab order while its work runs, so the focus is not lost. */
export function Button({
  look,
  size,
  busy = false,
  className,
  onClick,
  ...rest
}: ComponentProps<'button'> & VariantProps<typeof button> & { readonly busy?: boolean }) {
  return (
    <button
      type="button"
      aria-busy={busy}
      aria-disabled={busy}
      className={classNames(button({ look, size }), className)}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    />
  );
}
