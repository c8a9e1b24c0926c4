import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

/** The built window stays small: what is read at its start, in KiB as it travels compressed. */
const BUDGET = { js: 340, css: 14 } as const;
const folder = resolve(import.meta.dirname, '..', '..', 'out', 'renderer');
const built = existsSync(join(folder, 'index.html'));

function compressed(names: readonly string[]): number {
  return Math.ceil(names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) / 1024);
}

describe.skipIf(!built)(built ? 'the built window' : 'the built window (not built here: npm run build)', () => {
  const page = built ? readFileSync(join(folder, 'index.html'), 'utf8') : '';

  test.each(Object.entries(BUDGET))('reads at most its budget of %s at its start: %i KiB', (extension, most) => {
    const names = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name ?? '');
    const read = names.filter((name) => name.endsWith(`.${extension}`));
    expect(read.length).toBeGreaterThan(0);
    expect(compressed(read)).toBeLessThanOrEqual(most);
  });

  test('has the chart library apart, read when a chart is drawn', () => {
    expect(readdirSync(join(folder, 'assets')).filter((name) => name.startsWith('uPlot'))).toHaveLength(1);
    expect(page).not.toContain('uPlot');
  });
});
