import { AboutPage } from '../pages/about/about-page.tsx';
import { AccountsPage } from '../pages/accounts/accounts-page.tsx';
import { BudgetsPage } from '../pages/budgets/budgets-page.tsx';
import { LogsPage } from '../pages/logs/logs-page.tsx';
import { OverviewPage } from '../pages/overview/overview-page.tsx';
import { PolicyPage } from '../pages/policy/policy-page.tsx';
import { PricesPage } from '../pages/prices/prices-page.tsx';
import { SettingsPage } from '../pages/settings/settings-page.tsx';
import { ToolsPage } from '../pages/tools/tools-page.tsx';
import { TurnsPage } from '../pages/turns/turns-page.tsx';
import type { PageName } from '../address.ts';

/** The page of that name. */
export function PageOf({ page }: { readonly page: PageName }) {
  switch (page) {
    case 'overview':
      return <OverviewPage />;
    case 'turns':
      return <TurnsPage />;
    case 'policy':
      return <PolicyPage />;
    case 'accounts':
      return <AccountsPage />;
    case 'tools':
      return <ToolsPage />;
    case 'budgets':
      return <BudgetsPage />;
    case 'prices':
      return <PricesPage />;
    case 'settings':
      return <SettingsPage />;
    case 'logs':
      return <LogsPage />;
    case 'about':
      return <AboutPage />;
  }
}
