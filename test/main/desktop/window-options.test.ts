import { expect, it } from 'vitest';
import { windowOptions } from '../../../src/main/desktop/window-options.ts';

it('gives the page nothing of Node and keeps every wall up', () => {
  const { webPreferences, show } = windowOptions({ preload: '/out/preload.cjs', icon: '/icon.png', devTools: false });
  expect(webPreferences).toEqual({
    preload: '/out/preload.cjs',
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    nodeIntegrationInWorker: false,
    webSecurity: true,
    webviewTag: false,
    spellcheck: false,
    devTools: false,
  });
  // Shown when there is something to show.
  expect(show).toBe(false);
});
