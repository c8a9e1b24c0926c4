import { Tabs as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

/** One of some views of the same thing. */
export interface Tab {
  readonly id: string;
  readonly name: string;
  readonly content: ReactNode;
}

/** A few views of the same thing, one at a time. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly Tab[] }) {
  return (
    <Primitive.Root defaultValue={tabs[0]?.id ?? ''}>
      <Primitive.List aria-label={label} className="inline-flex gap-0.5 rounded-md bg-press p-0.5">
        {tabs.map(({ id, name }) => (
          <Primitive.Trigger
            key={id}
            value={id}
            className="h-6 rounded-sm px-2.5 text-xs font-medium text-ink-soft transition-colors duration-100 hover:text-ink data-[state=active]:bg-chosen data-[state=active]:text-ink data-[state=active]:shadow-raised"
          >
            {name}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map(({ id, content }) => (
        <Primitive.Content key={id} value={id} tabIndex={-1} className="mt-2.5">
          {content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  );
}
