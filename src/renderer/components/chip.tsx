import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';

const chip = cva('inline-flex h-[1.125rem] items-center gap-1 rounded-sm px-1 text-2xs font-medium whitespace-nowrap', {
  variants: {
    tone: {
      plain: 'bg-plain-wash text-plain',
      accent: 'bg-accent-wash text-accent',
      good: 'bg-good-wash text-good',
      warn: 'bg-warn-wash text-warn',
      bad: 'bg-bad-wash text-bad',
      flex: 'bg-flex-wash text-flex',
      scale: 'bg-scale-wash text-scale',
      auto: 'bg-auto-wash text-auto',
      absent: 'border border-dashed border-line-control text-ink-faint',
    },
  },
  defaultVariants: { tone: 'plain' },
});

/** The meaning a chip's colour has; the word in it always says the same. */
export type ChipTone = NonNullable<VariantProps<typeof chip>['tone']>;

/** A word with a ground of its own. */
export function Chip({ tone, className, ...rest }: ComponentProps<'span'> & { readonly tone?: ChipTone }) {
  return <span data-chip="" className={classNames(chip({ tone }), className)} {...rest} />;
}
