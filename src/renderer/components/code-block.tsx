import { useTranslation } from 'react-i18next';
import { CopyButton } from './copy-button.tsx';

/** A text to take along, with its copy button; `label` names it. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation();
  return (
    <div className="relative rounded-md border border-line bg-canvas">
      <pre
        // A region that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="region"
        aria-label={label}
        className="relative overflow-x-auto rounded-md py-2.5 pr-10 pl-3 font-mono text-xs leading-5 text-ink"
      >
        {text}
      </pre>
      <div className="absolute top-1.5 right-1.5 rounded-md bg-canvas">
        <CopyButton text={text} label={t('copyOf', { label })} />
      </div>
    </div>
  );
}
