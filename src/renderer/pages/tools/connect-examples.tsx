import { useTranslation } from 'react-i18next';
import { CodeBlock } from '../../components/code-block.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { connectSnippets, KEY_PLACEHOLDER } from '../../words/connect-snippet.ts';

/** How the common tools are pointed at the gateway; without a key a placeholder stands in its place. */
export function ConnectExamples({ baseUrl, localKey }: { readonly baseUrl: string; readonly localKey: string | null }) {
  const { t } = useTranslation('tools');
  const snippets = connectSnippets(baseUrl, localKey ?? KEY_PLACEHOLDER);
  return (
    <Tabs
      label={t('connect.kind')}
      tabs={snippets.map(({ id, name, parts }) => ({
        id,
        name,
        content: (
          <div className="flex flex-col gap-2.5">
            {parts.map(({ place, text }) => (
              <div key={place}>
                <p className="mb-1 text-xs text-ink-soft">{place}</p>
                <CodeBlock text={text} label={place} />
              </div>
            ))}
          </div>
        ),
      }))}
    />
  );
}
