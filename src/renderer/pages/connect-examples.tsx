import { Tabs } from 'radix-ui';
import { CodeBlock } from '../components/code-block.tsx';
import { connectSnippets, KEY_PLACEHOLDER } from '../words/connect-snippet.ts';

/** How the common tools are pointed at the gateway; without a key a placeholder stands in its place. */
export function ConnectExamples({ baseUrl, localKey }: { readonly baseUrl: string; readonly localKey: string | null }) {
  const snippets = connectSnippets(baseUrl, localKey ?? KEY_PLACEHOLDER);
  return (
    <Tabs.Root defaultValue={snippets[0]?.id ?? ''}>
      <Tabs.List aria-label="Kind of tool" className="inline-flex gap-0.5 rounded-md bg-press p-0.5">
        {snippets.map(({ id, name }) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="h-6 rounded-sm px-2.5 text-xs font-medium text-ink-soft transition-colors duration-100 hover:text-ink data-[state=active]:bg-raised data-[state=active]:text-ink data-[state=active]:shadow-raised"
          >
            {name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {snippets.map(({ id, parts }) => (
        <Tabs.Content key={id} value={id} tabIndex={-1} className="mt-2.5 flex flex-col gap-2.5">
          {parts.map(({ place, text }) => (
            <div key={place}>
              <p className="mb-1 text-xs text-ink-soft">{place}</p>
              <CodeBlock text={text} label={place} />
            </div>
          ))}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
