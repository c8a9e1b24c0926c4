import { useTranslation } from 'react-i18next';
import { Page } from '../components/page.tsx';

/** The page "Prices". */
export function PricesPage() {
  const { t } = useTranslation('prices');
  return <Page title={t('title')} lead={t('lead')} />;
}
