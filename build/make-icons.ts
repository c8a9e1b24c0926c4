import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { TRAY_ICONS } from '../src/main/desktop/tray-state.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../test/browser.ts';

/**
 * Renders the pictures from their drawings: `node build/make-icons.ts` after an edit of icon.svg or tray.svg. The results
 * are kept in the repository, so that neither a build nor a checkout needs a browser.
 */
const here = import.meta.dirname;

interface Rendering {
  readonly file: string;
  readonly size: number;
  readonly attributes?: string;
}

/** A picture in the sizes of the system: small ones at 16 pixels, Linux panels at 24, each also for twice the density. */
const trayRenderings: readonly Rendering[] = TRAY_ICONS.flatMap((state) => [
  ...densities(`${state}Template`, 16, `data-state="${state}" data-ink="template"`),
  ...densities(state, 16, `data-state="${state}"`),
  ...densities(`${state}-panel`, 24, `data-state="${state}"`),
]);

function densities(name: string, size: number, attributes: string): Rendering[] {
  return [
    { file: join('tray', `${name}.png`), size, attributes },
    { file: join('tray', `${name}@2x.png`), size: size * 2, attributes },
  ];
}

async function render(page: Page, drawing: string, { file, size, attributes }: Rendering): Promise<void> {
  const svg = attributes === undefined ? drawing : drawing.replace('data-state="running"', attributes);
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<body style="margin:0">${svg.replace('<svg ', `<svg width="${size}" height="${size}" style="display:block" `)}`,
  );
  await writeFile(join(here, file), await page.screenshot({ omitBackground: true }));
}

const executablePath = await browserPath();
if (executablePath === null) throw new Error('there is no Chromium to draw with; set TIERGATE_CHROMIUM to one');
const browser = await chromium.launch({ executablePath, args: [...BROWSER_ARGUMENTS] });
try {
  const page = await browser.newPage();
  await mkdir(join(here, 'tray'), { recursive: true });
  const tray = await readFile(join(here, 'tray.svg'), 'utf8');
  for (const rendering of trayRenderings) await render(page, tray, rendering);
  await render(page, await readFile(join(here, 'icon.svg'), 'utf8'), { file: 'icon.png', size: 1024 });
} finally {
  await browser.close();
}
