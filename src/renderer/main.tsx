import './zod-setup.ts';
import './style.css';
import './i18n.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createControlClient } from '../shared/control.ts';
import { FaultBoundary } from './components/fault-boundary.tsx';
import { applyStoredAppearance } from './appearance.ts';
import { chooseCarrier } from './control.ts';
import { GatewayProvider } from './gateway.tsx';
import { SessionPage } from './pages/session-page.tsx';
import { addressHasToken } from './session.ts';
import { Shell } from './frame/shell.tsx';

// The printed address, opened again in the same tab, only changes the fragment; a new session needs a new start.
addEventListener('hashchange', () => {
  if (addressHasToken()) location.reload();
});

applyStoredAppearance();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');

const carrier = chooseCarrier();
createRoot(root).render(
  <StrictMode>
    <FaultBoundary>
      {carrier === null ? (
        <SessionPage over={false} />
      ) : (
        <GatewayProvider client={createControlClient(carrier)}>
          <Shell />
        </GatewayProvider>
      )}
    </FaultBoundary>
  </StrictMode>,
);
