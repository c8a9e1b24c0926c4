import { useTranslation } from 'react-i18next';
import { Page } from '../components/page.tsx';

/** The page "Accounts". */
export function AccountsPage() {
  const { t } = useTranslation('accounts');
  return <Page title={t('title')} lead={t('lead')} />;
}
