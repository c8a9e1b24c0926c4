import { useTranslation } from 'react-i18next';
import { Page } from '../components/page.tsx';

/** The page "Settings". */
export function SettingsPage() {
  const { t } = useTranslation('settings');
  return <Page title={t('title')} lead={t('lead')} />;
}
