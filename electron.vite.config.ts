import { resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => resolve(import.meta.dirname, path);

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      // zod, undici and the rest are bundled, so the packaged app carries one native module and no tree of packages.
      externalizeDeps: { exclude: ['commander', 'pino', 'undici', 'write-file-atomic', 'ws', 'zod'] },
      rolldownOptions: {
        input: {
          index: at('src/main/index.ts'),
          headless: at('src/main/headless.ts'),
          'reader-worker': at('src/main/ledger/reader-worker.ts'),
        },
        // Flat, because the ledger finds its worker beside itself.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        // A sandboxed preload cannot be an ES module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    // Relative, so that the same files lie under app://, and under /_tiergate/ when headless.
    base: './',
    plugins: [react(), tailwindcss()],
    build: {
      minify: true,
      // A preload polyfill would be an inline script, which the page's CSP refuses.
      modulePreload: { polyfill: false },
      rolldownOptions: { input: at('src/renderer/index.html') },
    },
  },
});
