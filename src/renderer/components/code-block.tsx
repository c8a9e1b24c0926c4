import { useTranslation } from 'react-i18next';
import { classNames } from './class-names.ts';
import { CopyButton } from './copy-button.tsx';

/** A text to take along, with its copy button; `label` names it. */
export function CodeBlock({
  text,
  label,
  long = false,
}: {
  readonly text: string;
  readonly label: string;
  /** True for what somebody else wrote: its lines are broken, and only a part of it is seen at once. */
  readonly long?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <div className="relative rounded-md border border-line bg-canvas">
      <pre
        // A region that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="region"
        aria-label={label}
        className={classNames(
          'relative overflow-x-auto rounded-md py-2.5 pr-10 pl-3 font-mono text-xs leading-5 text-ink',
          long && 'max-h-96 overflow-y-auto wrap-anywhere whitespace-pre-wrap',
        )}
      >
        {text}
      </pre>
      <div className="absolute top-1.5 right-1.5 rounded-md bg-canvas">
        <CopyButton text={text} label={t('copyOf', { label })} />
      </div>
    </div>
  );
}
