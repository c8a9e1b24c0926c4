import { ArrowLeftRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { ButtonLink } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { useStatus } from '../gateway-state.ts';
import { hrefOf } from '../address.ts';
import { curlCommand, KEY_PLACEHOLDER } from '../words/connect-snippet.ts';

/** What to do while there are no turns: get a local key, then send something. */
export function FirstTurn() {
  const { data: status } = useStatus();
  if (status === undefined) return null;
  return (
    <EmptyState icon={<ArrowLeftRight />} title="No turns yet">
      <p>Every request a tool sends through the gateway appears here, with the tier it asked for and the one it got.</p>
      <ol className="mt-6 flex flex-col gap-5 text-left">
        <Step number={1} title="Get a local key">
          {status.tools.length === 0
            ? 'Each tool has one of its own; it is shown once.'
            : `You have ${status.tools.map(({ name }) => name).join(', ')}. If a key is lost, add another tool.`}
          <div className="mt-2">
            <ButtonLink href={hrefOf('tools')} look={status.tools.length === 0 ? 'primary' : 'quiet'}>
              Add a tool
            </ButtonLink>
          </div>
        </Step>
        <Step number={2} title="Send a turn">
          {status.baseUrl === null ? (
            <>The gateway does not listen yet. The notice above says why.</>
          ) : (
            <div className="mt-1.5">
              <CodeBlock label="curl command that makes one turn" text={curlCommand(status.baseUrl, KEY_PLACEHOLDER)} />
            </div>
          )}
          {status.sandbox && (
            <p className="mt-2 flex items-baseline gap-2 text-xs">
              <Chip tone="accent">Sandbox</Chip> No account is set up yet, so the built-in upstream answers. It costs
              nothing.
            </p>
          )}
        </Step>
      </ol>
    </EmptyState>
  );
}

function Step({
  number,
  title,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly children: ReactNode;
}) {
  return (
    <li className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-3">
      <span
        aria-hidden="true"
        className="grid size-6 place-items-center rounded-full bg-press text-xs font-semibold text-ink-soft"
      >
        {number}
      </span>
      <div>
        <h3 className="pt-0.5 font-medium text-ink">{title}</h3>
        {children}
      </div>
    </li>
  );
}
