import { Ban, Check, Filter, type LucideIcon, Replace } from 'lucide-react';
import type { Action } from '../../shared/policy.ts';
import { verdictWord } from '../words/turn-word.ts';
import { classNames } from './class-names.ts';

const LOOKS: Readonly<Record<Action, { readonly Icon: LucideIcon; readonly className: string }>> = {
  pass: { Icon: Check, className: 'text-ink-soft' },
  filter: { Icon: Filter, className: 'text-accent' },
  force: { Icon: Replace, className: 'text-accent' },
  block: { Icon: Ban, className: 'text-bad' },
};

/** What the policy did, as a sign and a word. */
export function VerdictMark({ verdict }: { readonly verdict: Action }) {
  const { Icon, className } = LOOKS[verdict];
  return (
    <span className={classNames('inline-flex items-center gap-1.5 align-top', className)}>
      <Icon aria-hidden="true" className="size-3.5" />
      {verdictWord(verdict)}
    </span>
  );
}
