import { useTranslation } from 'react-i18next';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useSettingsChanges } from '../../settings-change.ts';
import { AppSettings } from './app-settings.tsx';
import { CaptureSettings } from './capture-settings.tsx';
import { DumpSettings } from './dump-settings.tsx';
import { GatewaySettings } from './gateway-settings.tsx';
import { LedgerSettings } from './ledger-settings.tsx';
import { WaySettings } from './way-settings.tsx';

/** Everything a person may decide that has no page of its own. */
export function SettingsPage() {
  const { t } = useTranslation('settings');
  const changes = useSettingsChanges();
  const { error, refetch } = changes.settings;
  const data = changes.shown;
  return (
    <Page title={t('title')} lead={t('lead')}>
      {data !== undefined ? (
        <>
          <GatewaySettings gateway={data.gateway} changes={changes} />
          <AppSettings app={data.app} changes={changes} />
          <LedgerSettings retention={data.retention} changes={changes} />
          <CaptureSettings capture={data.capture} changes={changes} />
          <DumpSettings dump={data.dump} changes={changes} />
          <WaySettings />
        </>
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Panel className="overflow-hidden">
          <Skeleton label={t('reading')} rows={6} />
        </Panel>
      )}
    </Page>
  );
}
