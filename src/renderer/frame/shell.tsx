import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance, useLanguage } from '../appearance.ts';
import { ErrorState } from '../components/error-state.tsx';
import { FaultBoundary } from '../components/fault-boundary.tsx';
import { OfflineBar } from '../components/offline-bar.tsx';
import { TooltipArea } from '../components/tooltip.tsx';
import { useStatus, useTurns } from '../gateway-state.ts';
import { usePageKeys } from '../keyboard.ts';
import { SessionPage } from '../pages/session-page.tsx';
import { useRoute } from '../route.ts';
import { isSessionOver } from '../words/fault-word.ts';
import { KeyHelp } from './key-help.tsx';
import { NoticeList } from './notice-list.tsx';
import { PageOf } from './page-of.tsx';
import { Sidebar } from './sidebar.tsx';

/** The window: the pages at the side, one of them in the middle. */
export function Shell() {
  useAppearance();
  // Everything is drawn again in another language, and nothing begins anew: an open form keeps what was typed.
  useLanguage();
  return (
    <TooltipArea>
      <Frame />
    </TooltipArea>
  );
}

function Frame() {
  const { t } = useTranslation('shell');
  const { page } = useRoute();
  const status = useStatus();
  const { catchUp } = useTurns();
  const [help, setHelp] = useState(false);
  usePageKeys(() => setHelp(true));
  const retry = (): void => {
    void status.refetch();
    void catchUp();
  };
  if (isSessionOver(status.error)) return <SessionPage over />;

  return (
    <div className="grid h-dvh grid-cols-[auto_minmax(0,1fr)]">
      <a
        href="#page"
        className="absolute top-2 left-2 z-50 rounded-md bg-accent px-3 py-1.5 font-medium text-accent-ink not-focus:sr-only"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('page')?.focus();
        }}
      >
        {t('skip')}
      </a>
      <Sidebar page={page} onHelp={() => setHelp(true)} />
      <div className="grid min-h-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)]">
        <div>
          <OfflineBar />
          <NoticeList notices={status.data?.notices ?? []} />
        </div>
        <main id="page" tabIndex={-1} className="min-h-0 outline-none">
          {status.error !== null && status.data === undefined ? (
            <div className="mx-auto max-w-2xl p-6">
              <h1 className="sr-only">Tiergate</h1>
              <ErrorState error={status.error} onRetry={retry} />
            </div>
          ) : (
            <FaultBoundary key={page}>
              <PageOf page={page} />
            </FaultBoundary>
          )}
        </main>
      </div>
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </div>
  );
}
