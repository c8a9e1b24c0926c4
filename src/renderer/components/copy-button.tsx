import { Check, Copy, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { copyText } from './clipboard.ts';

type Outcome = 'copied' | 'refused' | null;

/** Copies a text and says whether that worked; `label` names the text, `children` are the words beside the icon. */
export function CopyButton({
  text,
  label,
  children,
  look = 'bare',
  size = 'small',
  autofocus = false,
}: {
  readonly text: string;
  readonly label: string;
  readonly children?: string;
  readonly look?: 'bare' | 'quiet' | 'primary';
  /** With words; an icon alone has a size of its own. */
  readonly size?: 'small' | 'normal';
  /** True for the button a dialog begins with. */
  readonly autofocus?: boolean;
}) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Outcome>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), outcome === 'copied' ? 1600 : 6000);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);

  const said = outcome === 'copied' ? t('copied') : t('copyRefused');
  const Icon = outcome === null ? Copy : outcome === 'copied' ? Check : TriangleAlert;
  return (
    <>
      <Button
        look={look}
        size={children === undefined ? 'icon' : size}
        // Words that are seen are the name; an icon alone needs one.
        aria-label={children === undefined ? label : undefined}
        title={outcome === null ? label : said}
        data-autofocus={autofocus}
        onClick={() => void copyText(text).then((done) => setOutcome(done ? 'copied' : 'refused'))}
      >
        <Icon aria-hidden="true" className="size-3.5" />
        {children}
      </Button>
      <span role="status" className={outcome === 'refused' ? 'text-xs text-bad' : 'sr-only'}>
        {outcome === null ? '' : said}
      </span>
    </>
  );
}
