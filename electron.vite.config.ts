import { globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import manifest from './package.json' with { type: 'json' };

const at = (path: string): string => resolve(import.meta.dirname, path);

/** Threads of their own are entries of their own. */
const workers = Object.fromEntries(
  globSync('src/main/**/*-worker.ts', { cwd: import.meta.dirname }).map((path) => [basename(path, '.ts'), at(path)]),
);

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      // Nothing of it travels over a network.
      chunkSizeWarningLimit: 8192,
      // All but the one native module is bundled, so the packaged app carries no tree of packages.
      externalizeDeps: { exclude: Object.keys(manifest.dependencies).filter((name) => name !== 'keytar') },
      rolldownOptions: {
        input: {
          index: at('src/main/index.ts'),
          headless: at('src/main/headless.ts'),
          ...workers,
        },
        // Flat, because each room finds its worker beside itself.
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
      chunkSizeWarningLimit: 8192,
      // A preload polyfill would be an inline script, which the page's CSP refuses.
      modulePreload: { polyfill: false },
      rolldownOptions: { input: at('src/renderer/index.html') },
    },
  },
});
