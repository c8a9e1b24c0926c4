import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { Tabs } from '../../components/tabs.tsx';

/** What was asked and answered, and the raw requests, where the person has chosen to keep them. */
export function TurnRecords({ id }: { readonly id: string }) {
  const { t } = useTranslation('turns');
  const { data: capture } = useAnswer('capture.get', { turn: id });
  const { data: dump } = useAnswer('dump.get', { turn: id });
  const kept = [
    { id: 'prompt', name: t('record.prompt'), text: capture?.prompt ?? null },
    { id: 'answer', name: t('record.answer'), text: capture?.answer ?? null },
    ...(dump?.attempts ?? []).flatMap(({ request, response }, index) => [
      { id: `request-${index}`, name: t('record.request', { number: index + 1 }), text: request },
      { id: `response-${index}`, name: t('record.response', { number: index + 1 }), text: response },
    ]),
  ].flatMap(({ text, ...rest }) => (text === null ? [] : [{ ...rest, text }]));
  if (kept.length === 0) {
    return (
      <p className="text-xs text-ink-soft">
        {t('recordsNone')}{' '}
        <a href={hrefOf('settings')} className="rounded-xs text-accent underline underline-offset-2">
          {t('recordsSettings')}
        </a>
      </p>
    );
  }
  return (
    <>
      <Tabs
        label={t('records')}
        tabs={kept.map(({ id: tab, name, text }) => ({
          id: tab,
          name,
          content: <CodeBlock text={text} label={name} />,
        }))}
      />
      {capture?.cut === true && <p className="mt-1 text-xs text-ink-faint">{t('recordsCut')}</p>}
    </>
  );
}
