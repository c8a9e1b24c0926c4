import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trayImage } from '../../../src/main/desktop/tray-image.ts';
import { TRAY_ICONS } from '../../../src/main/desktop/tray-state.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'build', 'tray');
const platforms = ['darwin', 'linux', 'win32'] as const;

describe.each(platforms)('the tray pictures of %s', (platform) => {
  it.each(TRAY_ICONS)('has %s in both densities', (icon) => {
    const path = trayImage(folder, icon, platform);
    expect(existsSync(path)).toBe(true);
    // An icon file of Windows has both in one.
    if (platform !== 'win32') expect(existsSync(path.replace('.png', '@2x.png'))).toBe(true);
  });
});

it('lets macOS tint its own', () => {
  expect(basename(trayImage(folder, 'error', 'darwin'))).toBe('errorTemplate.png');
});
