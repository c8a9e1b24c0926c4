import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { Chromium } from './chromium.ts';

const double = new URL('./electron.ts', import.meta.url).href;

// Node loads this in the app's worker threads too, which know no Electron.
if (isMainThread) {
  // Before the app loads: a module that waits at its top level could not be had with `require('electron')`.
  await Chromium.start();
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'electron' || specifier.startsWith('electron/')
        ? { url: double, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
  });
}
