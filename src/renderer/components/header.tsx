import { FlaskConical } from 'lucide-react';
import { useStatus } from '../gateway-state.ts';
import { useGateway } from '../gateway.tsx';
import { hrefOf, type PageName, PAGES } from '../route.ts';
import { BrandMark } from './brand-mark.tsx';
import { Chip } from './chip.tsx';
import { classNames } from './class-names.ts';
import { CopyButton } from './copy-button.tsx';

/** The top of the window: the pages, and whether and where the gateway listens. */
export function Header({ page }: { readonly page: PageName }) {
  return (
    <header className="flex min-h-12 items-center gap-5 border-b border-line bg-panel px-4">
      <div className="flex items-center gap-2">
        <BrandMark />
        <span className="text-base font-semibold tracking-tight max-[800px]:sr-only">Tiergate</span>
      </div>
      <nav aria-label="Pages" className="flex self-stretch">
        {PAGES.map(({ name, title }) => (
          <a
            key={name}
            href={hrefOf(name)}
            aria-current={name === page ? 'page' : undefined}
            className="relative flex items-center rounded-md px-3 font-medium text-ink-soft -outline-offset-4 transition-colors duration-100 hover:text-ink aria-[current=page]:text-ink aria-[current=page]:after:absolute aria-[current=page]:after:inset-x-3 aria-[current=page]:after:-bottom-px aria-[current=page]:after:h-0.5 aria-[current=page]:after:rounded-full aria-[current=page]:after:bg-accent"
          >
            {title}
          </a>
        ))}
      </nav>
      <GatewayLine />
    </header>
  );
}

function GatewayLine() {
  const { data: status } = useStatus();
  const { connection } = useGateway();
  if (status === undefined) return null;
  const lost = connection === 'lost';
  const { baseUrl } = status;
  return (
    <div className="ml-auto flex min-w-0 items-center gap-3">
      {status.sandbox && (
        <Chip
          tone="accent"
          className="h-6 rounded-md px-2 text-xs"
          title="No account is set up, so the built-in pretend upstream answers. Nothing leaves this machine."
        >
          <FlaskConical aria-hidden="true" className="size-3.5" />
          Sandbox
        </Chip>
      )}
      <div role="status" className="flex items-center gap-2 whitespace-nowrap text-ink-soft">
        <span
          aria-hidden="true"
          className={classNames(
            'size-2 rounded-full',
            lost ? 'animate-breathe bg-warn' : baseUrl === null ? 'bg-bad' : 'bg-good',
          )}
        />
        {lost ? 'Reconnecting' : baseUrl === null ? `Not listening on port ${status.port}` : 'Listening'}
      </div>
      {baseUrl !== null && (
        <div className="flex min-w-0 items-center gap-0.5 rounded-md border border-line bg-canvas py-px pr-px pl-2">
          <code aria-label="Base URL" className="truncate font-mono text-xs select-all">
            {baseUrl}
          </code>
          <CopyButton text={baseUrl} label="Copy the base URL" />
        </div>
      )}
    </div>
  );
}
