import { classNames } from './class-names.ts';

/** How far something is used up, as a bar; more than all of it is full. */
export function Meter({
  label,
  percent,
  tone,
}: {
  readonly label: string;
  readonly percent: number;
  readonly tone: 'accent' | 'warn' | 'bad';
}) {
  const share = Math.max(0, Math.min(100, percent));
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share)}
      className="h-1.5 overflow-hidden rounded-full bg-press"
    >
      <div
        className={classNames('h-full rounded-full', { accent: 'bg-accent', warn: 'bg-warn', bad: 'bg-bad' }[tone])}
        style={{ width: `${share}%` }}
      />
    </div>
  );
}
