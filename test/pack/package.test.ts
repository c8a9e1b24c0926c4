import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { extractAll, listPackage, statFile } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeStandInElectron } from '../../build/stand-in-electron.ts';
import { Tiergate } from '../cli/tiergate.ts';

/** The package as electron-builder makes it, offline: what is in it, what is switched off in it, and that it serves. */
const root = resolve(import.meta.dirname, '..', '..');
const [ON, OFF] = ['1', '0'].map((state) => state.charCodeAt(0));
let folder: string;
let app: string;
let asar: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiergate-pack-'));
  const stand = join(folder, 'electron');
  await makeStandInElectron(stand);
  const builder = createRequire(import.meta.url).resolve('electron-builder/cli.js');
  const argv = [builder, '--linux', 'dir', '--x64', '--publish', 'never'];
  const config = [`-c.electronDist=${stand}`, `-c.directories.output=${join(folder, 'dist')}`];
  await promisify(execFile)(process.execPath, [...argv, ...config], { cwd: root, timeout: 120_000 });
  app = join(folder, 'dist', 'linux-unpacked');
  asar = join(app, 'resources', 'app.asar');
}, 150_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The files in the archive, without the folders. */
function files(): string[] {
  return listPackage(asar, { isPack: false })
    .filter((path) => !('files' in statFile(asar, path.slice(1))))
    .map((path) => path.slice(1).replaceAll('\\', '/'));
}

describe('the archive', () => {
  it('holds what was built, the pictures, the keychain’s module, and nothing else', () => {
    const known = [
      /^package\.json$/,
      /^out\/main\/(index|headless)\.js$/,
      /^out\/main\/[\w-]+-worker\.js$/,
      /^out\/main\/[\w.-]+-[\w-]{8}\.js$/,
      /^out\/preload\/index\.cjs$/,
      /^out\/renderer\/index\.html$/,
      /^out\/renderer\/assets\/[\w.-]+\.(js|css|svg|png|woff2)$/,
      /^build\/icon\.png$/,
      /^build\/tray\/(running|warning|error|paused|update)(Template|-panel)?(@2x)?\.(png|ico)$/,
      /^node_modules\/keytar\/(package\.json|LICENSE\.md|lib\/keytar\.js)$/,
      /^node_modules\/keytar\/prebuilds\/linux-(x64|arm64)\/[\w.-]+\.node$/,
    ];
    expect(files().filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
    for (const path of [
      'package.json',
      'out/main/index.js',
      'out/main/headless.js',
      'out/main/reader-worker.js',
      'out/preload/index.cjs',
      'out/renderer/index.html',
      'build/tray/running-panel.png',
      'node_modules/keytar/lib/keytar.js',
    ])
      expect(files()).toContain(path);
  });

  it('is small: a tree of packages would not be', () => {
    expect(statSync(asar).size).toBeLessThan(12 * 1024 * 1024);
    expect(files().length).toBeLessThan(150);
  });

  it('leaves native code outside, where it can be loaded', () => {
    const native = files().filter((path) => path.endsWith('.node'));
    expect(native).toHaveLength(2);
    for (const path of native) expect(existsSync(join(`${asar}.unpacked`, path))).toBe(true);
  });

  it('imports nothing that is not in it: only Node, Electron and keytar stay outside of what was bundled', () => {
    const foreign = files()
      .filter((path) => path.startsWith('out/main/'))
      .flatMap((path) => [
        ...readBuilt(path).matchAll(/^(?:import|export)\b[^'"\n]*?\bfrom\s*["']([^"'.][^"']*)["']/gm),
        ...readBuilt(path).matchAll(/^import\s*["']([^"'.][^"']*)["']/gm),
      ])
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('node:') && !['electron', 'keytar', 'module'].includes(name));
    expect(foreign.filter((name) => !isNodes(name))).toEqual([]);
  });
});

function readBuilt(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function isNodes(name: string): boolean {
  return createRequire(import.meta.url).resolve.paths(name) === null;
}

describe('the program', () => {
  it('has every fuse set as it should be, read back from its own bytes', async () => {
    const wire = await getCurrentFuseWire(join(app, 'tiergate'));
    expect(
      Object.fromEntries(
        Object.entries(wire)
          .filter(([fuse]) => /^\d+$/.test(fuse))
          .map(([fuse, state]) => [FuseV1Options[Number(fuse)], state]),
      ),
    ).toEqual({
      RunAsNode: OFF,
      EnableCookieEncryption: ON,
      EnableNodeOptionsEnvironmentVariable: OFF,
      EnableNodeCliInspectArguments: OFF,
      EnableEmbeddedAsarIntegrityValidation: ON,
      OnlyLoadAppFromAsar: ON,
      LoadBrowserProcessSpecificV8Snapshot: OFF,
      GrantFileProtocolExtraPrivileges: OFF,
    });
  });

  it('was delivered with other fuses, so that setting them is what the test above saw', async () => {
    const wire = await getCurrentFuseWire(join(folder, 'electron', 'electron'));
    expect(wire).toMatchObject({ [FuseV1Options.RunAsNode]: ON, [FuseV1Options.OnlyLoadAppFromAsar]: OFF });
  });

  it('has no folder beside the archive that would be loaded before it', () => {
    expect(existsSync(join(app, 'resources', 'app'))).toBe(false);
  });

  it('brings its command along, which asks the program itself', async () => {
    const command = join(app, 'resources', 'bin', 'tiergate');
    expect(statSync(command).mode & 0o111).not.toBe(0);
    await expect(promisify(execFile)(command, ['turns'])).rejects.toMatchObject({
      stderr: expect.stringContaining('stands in for Electron') as string,
    });
  });
});

it('the headless entry in the archive, taken out of it, serves a turn of the sandbox and keeps its row', async () => {
  const out = join(folder, 'out-of-the-archive');
  extractAll(asar, out);
  const tiergate = new Tiergate(join(out, 'out', 'main', 'headless.js'), join(folder, 'home'));
  const serving = await tiergate.serve();
  const answer = await fetch(`${serving.baseUrl}/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serving.localKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'hi', service_tier: 'fast' }),
  });
  expect(await answer.json()).toMatchObject({ object: 'response', service_tier: 'default' });
  // The row comes back through the reader's thread, which is a file of its own in the archive.
  expect(await tiergate.turns()).toMatchObject([{ rule: 'no-fast', tiers: { requested: 'priority', sent: null } }]);
  expect(await (await fetch(serving.windowUrl)).text()).toContain('<div id="root">');
  expect(await serving.stop()).toBe(0);
}, 60_000);
