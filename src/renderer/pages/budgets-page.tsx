import { useTranslation } from 'react-i18next';
import { Page } from '../components/page.tsx';

/** The page "Budgets". */
export function BudgetsPage() {
  const { t } = useTranslation('budgets');
  return <Page title={t('title')} lead={t('lead')} />;
}
