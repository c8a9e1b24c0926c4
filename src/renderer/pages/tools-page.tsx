import { KeyRound, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { PageHeader } from '../components/page.tsx';
import { Panel } from '../components/panel.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { useStatus } from '../gateway-state.ts';
import { AddTool } from './add-tool.tsx';
import { ConnectExamples } from './connect-examples.tsx';
import { RevokeTool } from './revoke-tool.tsx';

/** The local programs that may use the gateway. */
export function ToolsPage() {
  const status = useStatus();
  return (
    <div className="relative h-full overflow-y-auto -outline-offset-2" tabIndex={0} role="region" aria-label="Tools">
      <div className="mx-auto flex max-w-4xl flex-col gap-4 p-6">
        <PageHeader title="Tools">
          Each tool has a local key of its own, so its turns carry its name and it can be cut off alone. Your provider
          keys stay with the gateway.
        </PageHeader>
        <Panel className="px-4 py-3.5">
          <AddTool baseUrl={status.data?.baseUrl ?? null} />
        </Panel>
        {status.data !== undefined ? (
          <>
            <ToolList tools={status.data.tools} />
            {status.data.baseUrl !== null && (
              <Panel aria-labelledby="connect" className="px-4 py-3.5">
                <h2 id="connect" className="mb-2 font-semibold">
                  Connect a tool
                </h2>
                <ConnectExamples baseUrl={status.data.baseUrl} localKey={null} />
              </Panel>
            )}
          </>
        ) : status.error !== null ? (
          <ErrorState error={status.error} onRetry={() => void status.refetch()} />
        ) : (
          <Panel className="overflow-hidden">
            <Skeleton label="Reading the tools" rows={3} />
          </Panel>
        )}
      </div>
    </div>
  );
}

function ToolList({ tools }: { readonly tools: readonly { readonly name: string }[] }) {
  const [leaving, setLeaving] = useState<string | null>(null);
  return (
    <Panel aria-label="Your tools">
      {tools.length === 0 ? (
        <EmptyState icon={<KeyRound />} title="No tools yet">
          <p>Name the first one above, for example codex. You get its key and what to put where.</p>
        </EmptyState>
      ) : (
        <ul>
          {tools.map(({ name }) => (
            <li key={name} className="flex h-11 items-center gap-3 border-b border-line px-4 last:border-b-0">
              <SquareTerminal aria-hidden="true" className="size-4 text-ink-faint" />
              <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
              <Button look="bare" size="small" aria-label={`Revoke ${name}`} onClick={() => setLeaving(name)}>
                Revoke…
              </Button>
            </li>
          ))}
        </ul>
      )}
      {leaving !== null && <RevokeTool name={leaving} onClose={() => setLeaving(null)} />}
    </Panel>
  );
}
