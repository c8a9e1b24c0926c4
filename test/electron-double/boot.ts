import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Chromium } from './chromium.ts';
import { appPath } from './app.ts';

const { main } = JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8')) as { readonly main: string };
// Playwright asks for `electron` as soon as it reads the line, so the double must be there by then.
await import('electron');
process.stderr.write(Chromium.shared.announcement);
await import(pathToFileURL(join(appPath, main)).href);
