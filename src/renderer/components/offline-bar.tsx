import { Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useGateway } from '../gateway.tsx';

/** Says that the window is cut off from the gateway, and that it is coming back by itself. */
export function OfflineBar() {
  const { t } = useTranslation('shell');
  const { connection } = useGateway();
  return (
    <div role="status">
      {connection === 'lost' && (
        <p className="flex items-center gap-2.5 border-b border-line bg-warn-wash px-4 py-2">
          <Unplug aria-hidden="true" className="size-4 shrink-0 text-warn" />
          <span>
            <span className="font-medium">{t('lost')}</span> <span className="text-ink-soft">{t('lostNext')}</span>
          </span>
        </p>
      )}
    </div>
  );
}
