import { useTranslation } from 'react-i18next';
import { Page } from '../components/page.tsx';

/** The page "About". */
export function AboutPage() {
  const { t } = useTranslation('about');
  return <Page title={t('title')} lead={t('lead')} />;
}
