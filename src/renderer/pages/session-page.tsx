import { KeyRound } from 'lucide-react';
import { CodeBlock } from '../components/code-block.tsx';
import { EmptyState } from '../components/empty-state.tsx';

/** Stands in for the window in a browser that has no session, or one that is `over`. */
export function SessionPage({ over }: { readonly over: boolean }) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        heading="h1"
        icon={<KeyRound />}
        title={over ? 'This window’s session is over' : 'This window has no session yet'}
      >
        <p className="mb-4">
          {over
            ? 'The gateway was started anew, and each start has a session of its own. Open the address it printed this time.'
            : 'The window shows your turns and rules only to someone who was given its address. Open the one that the gateway printed when it started; it ends in #session=…'}
        </p>
        <div className="text-left">
          <CodeBlock label="Command that starts the gateway and prints the address" text="tiergate serve" />
        </div>
        <p className="mt-4 text-xs">With the desktop app, open the window from the tray instead.</p>
      </EmptyState>
    </main>
  );
}
