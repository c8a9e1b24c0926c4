import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from './class-names.ts';
import { Tooltip } from './tooltip.tsx';

/** Where a figure comes from. */
export type FigureSource = 'measured' | 'reported' | 'estimated';

const MARKS: Readonly<Record<FigureSource, string>> = {
  measured: 'bg-good',
  reported: 'border-[1.5px] border-auto',
  estimated: 'border-[1.5px] border-dashed border-warn',
};

/** Says whether a figure was measured, reported or estimated, in a word and a mark. */
export function SourceMark({ source, bare = false }: { readonly source: FigureSource; readonly bare?: boolean }) {
  const { t } = useTranslation();
  const word = t(`source.${source}`);
  return (
    <Tooltip text={`${bare ? `${word}. ` : ''}${t(`sourceWhy.${source}`)}`}>
      <span tabIndex={0} className="inline-flex items-center gap-1.5 rounded-xs text-2xs text-ink-faint">
        <span aria-hidden="true" className={classNames('size-1.5 rounded-full', MARKS[source])} />
        <span className={bare ? 'sr-only' : undefined}>{word}</span>
      </span>
    </Tooltip>
  );
}

/** One figure that is worth a look: its name, its value, where it comes from; an unknown value stays blank. */
export function Figure({
  name,
  value,
  source,
  children,
}: {
  readonly name: string;
  /** Null is not known. */
  readonly value: string | null;
  readonly source: FigureSource;
  /** A line about the figure. */
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="flex min-w-0 flex-col gap-0.5 px-4 py-3">
      <dt className="truncate text-xs text-ink-soft">{name}</dt>
      {/* A sum is shown whole: "$1…" would be another sum. */}
      <dd className="flex min-h-7 flex-wrap items-baseline justify-between gap-x-2">
        <span className="text-xl font-semibold tracking-tight tabular-nums">
          {value ?? <span className="sr-only">{t('unknown')}</span>}
        </span>
        {value !== null && <SourceMark source={source} />}
      </dd>
      {children !== undefined && <dd className="min-h-4 text-xs text-ink-faint">{children}</dd>}
    </div>
  );
}
