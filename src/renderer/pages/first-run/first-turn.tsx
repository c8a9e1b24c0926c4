import { ArrowLeftRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { ButtonLink } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { useStatus } from '../../gateway-state.ts';
import { curlCommand, KEY_PLACEHOLDER } from '../../words/connect-snippet.ts';
import { TryButton } from './try-button.tsx';

/** What to do while there are no turns. */
export function FirstTurn() {
  const { t } = useTranslation('firstRun');
  const { data: status } = useStatus();
  if (status === undefined) return null;
  return (
    <EmptyState icon={<ArrowLeftRight />} title={t('noTurns')}>
      <p>{t('noTurnsText')}</p>
      <div className="mt-4 flex flex-wrap justify-center gap-2">
        {status.sandbox && <TryButton />}
        <ButtonLink href={hrefOf('tools')}>{t('connectTool')}</ButtonLink>
      </div>
      {status.baseUrl === null ? (
        <p className="mt-4">{t('notListening')}</p>
      ) : (
        <div className="mt-6 text-left">
          <CodeBlock label={t('curl')} text={curlCommand(status.baseUrl, KEY_PLACEHOLDER)} />
        </div>
      )}
    </EmptyState>
  );
}
