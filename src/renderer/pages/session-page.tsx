import { KeyRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { CodeBlock } from '../components/code-block.tsx';
import { EmptyState } from '../components/empty-state.tsx';

/** Stands in for the window in a browser that has no session, or one that is `over`. */
export function SessionPage({ over }: { readonly over: boolean }) {
  const { t } = useTranslation('shell');
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState heading="h1" icon={<KeyRound />} title={t(over ? 'sessionOver' : 'sessionNone')}>
        <p className="mb-4">{t(over ? 'sessionOverText' : 'sessionNoneText')}</p>
        <div className="text-left">
          <CodeBlock label={t('sessionCommand')} text="tiergate serve" />
        </div>
        <p className="mt-4 text-xs">{t('sessionDesktop')}</p>
      </EmptyState>
    </main>
  );
}
