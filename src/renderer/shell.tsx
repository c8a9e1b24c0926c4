import { ConnectionBar } from './components/connection-bar.tsx';
import { FaultBoundary } from './components/fault-boundary.tsx';
import { FaultNote } from './components/fault-note.tsx';
import { Header } from './components/header.tsx';
import { NoticeList } from './components/notice-list.tsx';
import { useStatus, useTurns } from './gateway-state.ts';
import { PolicyPage } from './pages/policy-page.tsx';
import { SessionPage } from './pages/session-page.tsx';
import { ToolsPage } from './pages/tools-page.tsx';
import { TurnsPage } from './pages/turns-page.tsx';
import { type PageName, usePage } from './route.ts';
import { isSessionOver } from './words/fault-word.ts';

/** The window: what the gateway does at the top, one page below. */
export function Shell() {
  const page = usePage();
  const status = useStatus();
  const { catchUp } = useTurns();
  const retry = (): void => {
    void status.refetch();
    void catchUp();
  };
  if (isSessionOver(status.error)) return <SessionPage over />;

  return (
    <div className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_auto_minmax(0,1fr)]">
      <Header page={page} />
      <div>
        <ConnectionBar />
        <NoticeList notices={status.data?.notices ?? []} />
      </div>
      <main className="min-h-0">
        {status.error !== null && status.data === undefined ? (
          <div className="mx-auto max-w-2xl p-6">
            <h1 className="sr-only">Tiergate</h1>
            <FaultNote error={status.error} onRetry={retry} />
          </div>
        ) : (
          <FaultBoundary key={page}>
            <Page page={page} />
          </FaultBoundary>
        )}
      </main>
    </div>
  );
}

function Page({ page }: { readonly page: PageName }) {
  switch (page) {
    case 'turns':
      return <TurnsPage />;
    case 'policy':
      return <PolicyPage />;
    case 'tools':
      return <ToolsPage />;
  }
}
