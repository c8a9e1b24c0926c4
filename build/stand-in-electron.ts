import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackage } from '@electron/asar';
import manifest from '../package.json' with { type: 'json' };

/** What @electron/fuses looks for in a program, and what Electron is delivered with: version, length, eight fuses. */
const FUSE_WIRE = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'),
  Buffer.from([1, 8]),
  Buffer.from('10110001', 'latin1'),
]);

/**
 * Makes a folder in the shape of Electron's distribution for Linux, so that a package can be built where Electron itself
 * cannot be fetched. Its program carries a real fuse wire and nothing else: it only says what it is.
 */
export async function makeStandInElectron(folder: string): Promise<void> {
  await mkdir(join(folder, 'locales'), { recursive: true });
  await mkdir(join(folder, 'resources'), { recursive: true });
  const texts: readonly (readonly [string, string])[] = [
    ['version', manifest.devDependencies.electron],
    ['LICENSE', 'stand-in\n'],
    ['LICENSES.chromium.html', 'stand-in\n'],
    ['chrome-sandbox', ''],
    ['chrome_crashpad_handler', ''],
    ['locales/en-US.pak', ''],
  ];
  for (const [name, text] of texts) await writeFile(join(folder, name), text);
  const program = join(folder, 'electron');
  const script = '#!/bin/sh\necho "this stands in for Electron and runs nothing" >&2\nexit 1\n';
  await writeFile(program, Buffer.concat([Buffer.from(script), FUSE_WIRE, Buffer.from('\n')]));
  await chmod(program, 0o755);
  const content = await mkdtemp(join(tmpdir(), 'stand-in-app-'));
  try {
    await writeFile(join(content, 'package.json'), '{"main":"main.js"}');
    await writeFile(join(content, 'main.js'), '');
    // It must be a real archive: the builder reads it.
    await createPackage(content, join(folder, 'resources', 'default_app.asar'));
  } finally {
    await rm(content, { recursive: true, force: true });
  }
}
