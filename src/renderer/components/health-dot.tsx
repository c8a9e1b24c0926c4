import { classNames } from './class-names.ts';
import type { Health } from '../words/account-word.ts';

const DOTS: Readonly<Record<Health, string>> = {
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
  off: 'border-[1.5px] border-line-control',
};

/** How something does, as a mark; a word always stands beside it. */
export function HealthDot({ health }: { readonly health: Health }) {
  return <span aria-hidden="true" className={classNames('size-2 shrink-0 rounded-full', DOTS[health])} />;
}
