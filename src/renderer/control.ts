import type { Carrier, Reply } from '../shared/control.ts';
import { createHttpCarrier } from './http-carrier.ts';
import { takeSessionToken } from './session.ts';

/** What the preload exposes to the page. */
interface Bridge {
  call(name: string, input: unknown): Promise<Reply>;
  subscribe(listener: (push: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly tiergate?: Bridge;
  }
}

/** The carrier of the control contract: the preload's where there is one, else the gateway's port; null without a session. */
export function chooseCarrier(): Carrier | null {
  if (window.tiergate !== undefined) return createBridgeCarrier(window.tiergate);
  const token = takeSessionToken();
  return token === null ? null : createHttpCarrier(token, location.href);
}

function createBridgeCarrier(bridge: Bridge): Carrier {
  return {
    async call(name, input) {
      try {
        return await bridge.call(name, input);
      } catch {
        const message = 'The window lost touch with the app.';
        return { ok: false, error: { code: 'bridge_broken', message, next: 'Close the window and open it again.' } };
      }
    },
    subscribe(listener, connection) {
      const end = bridge.subscribe(listener);
      // Window and gateway live in one app, so the way between them cannot be lost.
      connection?.(true);
      return end;
    },
  };
}
