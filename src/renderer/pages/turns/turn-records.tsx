import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { spreadJson, wordsOfAnswer } from '../../words/said-text.ts';
import { WipeCapture } from '../wipe-capture.tsx';

/** What was asked and answered, and the raw requests, where the person has chosen to keep them. */
export function TurnRecords({ id }: { readonly id: string }) {
  const { t } = useTranslation('turns');
  const capture = useAnswer('capture.get', { turn: id });
  const dump = useAnswer('dump.get', { turn: id });
  const { prompt = null, answer = null, cut = false } = capture.data ?? {};
  const isCaptured = prompt !== null || answer !== null;
  const said = answer === null ? null : wordsOfAnswer(answer);
  const kept = [
    { id: 'prompt', name: t('record.prompt'), text: prompt === null ? null : spreadJson(prompt) },
    { id: 'answer', name: t('record.answer'), text: said },
    {
      id: 'answer-raw',
      name: said === null ? t('record.answer') : t('record.answerWhole'),
      text: answer === null ? null : spreadJson(answer),
    },
    ...(dump.data?.attempts ?? []).flatMap(({ request, response }, index) => [
      { id: `request-${index}`, name: t('record.request', { number: index + 1 }), text: request },
      { id: `response-${index}`, name: t('record.response', { number: index + 1 }), text: response },
    ]),
  ].flatMap(({ text, ...rest }) => (text === null ? [] : [{ ...rest, text }]));
  const isReading = capture.isPending || dump.isPending;
  return (
    <div className="flex flex-col gap-2">
      {[capture, dump].map(
        ({ error, refetch }, index) =>
          error !== null && <ErrorState key={index} error={error} onRetry={() => void refetch()} />,
      )}
      {kept.length > 0 ? (
        <Tabs
          // What comes later may belong in front.
          key={kept[0]?.id}
          label={t('records')}
          tabs={kept.map(({ id: tab, name, text }) => ({
            id: tab,
            name,
            content: <CodeBlock text={text} label={name} long />,
          }))}
        />
      ) : isReading && capture.error === null && dump.error === null ? (
        <p role="status" className="text-xs text-ink-faint">
          {t('readingRecords')}
        </p>
      ) : (
        <NothingKept />
      )}
      {cut && <p className="text-xs text-ink-faint">{t('recordsCut')}</p>}
      <WipeCapture small offered={isCaptured || capture.error !== null} />
    </div>
  );
}

/** Why there is nothing, and how there would be. */
function NothingKept() {
  const { t } = useTranslation('turns');
  const { data: settings } = useAnswer('settings.get', {});
  if (settings === undefined) return null;
  return (
    <p className="text-xs text-ink-soft">
      {settings.capture.enabled ? t('recordsNotOfThis') : t('recordsNone')}{' '}
      <a href={hrefOf('settings')} className="rounded-xs text-accent underline underline-offset-2">
        {settings.capture.enabled ? t('recordsSettings') : t('recordsTurnOn')}
      </a>
    </p>
  );
}
