import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { TRAY_ICONS } from '../src/main/desktop/tray-state.ts';
import { BROWSER_ARGUMENTS, browserPath } from '../test/browser.ts';
import { icnsFile, icoFile, type Picture } from './icon-files.ts';

/**
 * Renders the pictures from their drawings: `node build/make-icons.ts` after an edit of icon.svg or tray.svg. The results
 * are kept in the repository, so that neither a build nor a checkout needs a browser.
 */
const here = import.meta.dirname;

const APP_SIZES = [16, 32, 48, 64, 128, 256, 512, 1024];

/** What Windows asks for beside its clock, from 100 to 300 percent. */
const WINDOWS_TRAY_SIZES = [16, 20, 24, 32, 48];

const executablePath = await browserPath();
if (executablePath === null) throw new Error('there is no Chromium to draw with; set TIERGATE_CHROMIUM to one');
const browser = await chromium.launch({ executablePath, args: [...BROWSER_ARGUMENTS] });
try {
  const page = await browser.newPage();
  await makeTray(page, await readFile(join(here, 'tray.svg'), 'utf8'));
  await makeApp(page, await readFile(join(here, 'icon.svg'), 'utf8'));
} finally {
  await browser.close();
}

/** For each state: a template for macOS at 16 pixels, a colour icon for Windows, and 24 pixels for Linux panels. */
async function makeTray(page: Page, drawing: string): Promise<void> {
  await mkdir(join(here, 'tray'), { recursive: true });
  const write = (name: string, bytes: Buffer): Promise<void> => writeFile(join(here, 'tray', name), bytes);
  for (const state of TRAY_ICONS) {
    const colour = drawing.replace('data-state="running"', `data-state="${state}"`);
    const template = drawing.replace('data-state="running"', `data-state="${state}" data-ink="template"`);
    await write(`${state}Template.png`, (await draw(page, template, 16)).png);
    await write(`${state}Template@2x.png`, (await draw(page, template, 32)).png);
    await write(`${state}-panel.png`, (await draw(page, colour, 24)).png);
    await write(`${state}-panel@2x.png`, (await draw(page, colour, 48)).png);
    await write(`${state}.ico`, icoFile(await drawAll(page, colour, WINDOWS_TRAY_SIZES)));
  }
}

async function makeApp(page: Page, drawing: string): Promise<void> {
  const pictures = await drawAll(page, drawing, APP_SIZES);
  await mkdir(join(here, 'icons'), { recursive: true });
  for (const { size, png } of pictures) await writeFile(join(here, 'icons', `${size}x${size}.png`), png);
  await writeFile(join(here, 'icon.png'), pictures.at(-1)?.png ?? '');
  await writeFile(join(here, 'icon.icns'), icnsFile(pictures));
  await writeFile(join(here, 'icon.ico'), icoFile(pictures.filter(({ size }) => size <= 256)));
}

async function drawAll(page: Page, drawing: string, sizes: readonly number[]): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const size of sizes) pictures.push(await draw(page, drawing, size));
  return pictures;
}

async function draw(page: Page, drawing: string, size: number): Promise<Picture> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<body style="margin:0">${drawing.replace('<svg ', `<svg width="${size}" height="${size}" style="display:block" `)}`,
  );
  return { size, png: await page.screenshot({ omitBackground: true }) };
}
