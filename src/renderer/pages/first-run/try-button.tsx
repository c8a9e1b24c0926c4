import { Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../call.ts';
import { Button } from '../../components/button.tsx';
import { ErrorState } from '../../components/error-state.tsx';

/** Sends one turn to the sandbox, with one click. */
export function TryButton() {
  const { t } = useTranslation('firstRun');
  const attempt = useCommand('sandbox.turn');
  return (
    <>
      <Button look="primary" busy={attempt.isPending} onClick={() => attempt.mutate({})}>
        <Play aria-hidden="true" className="size-3.5" />
        {t('sendTurn')}
      </Button>
      {attempt.error !== null && (
        <div className="mt-2 w-full text-left">
          <ErrorState error={attempt.error} />
        </div>
      )}
    </>
  );
}
