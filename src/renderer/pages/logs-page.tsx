import { useTranslation } from 'react-i18next';
import { Page } from '../components/page.tsx';

/** The page "Logs". */
export function LogsPage() {
  const { t } = useTranslation('logs');
  return <Page title={t('title')} lead={t('lead')} />;
}
