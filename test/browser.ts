import { spawn } from 'node:child_process';
import { access, chmod, constants, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';

/** What every Chromium of the tests is started with: containers have no user namespaces, no GPU and a small /dev/shm. */
export const BROWSER_ARGUMENTS: readonly string[] = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

const INSTALLED: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MACINTOSH: readonly string[] = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

let found: Promise<string | null> | undefined;

/**
 * Finds a Chromium: the one that TIERGATE_CHROMIUM names, the one that came with `npm install` (Linux on x64), or an
 * installed one; null when there is none. Looked for once a process.
 */
export function browserPath(): Promise<string | null> {
  found ??= find();
  return found;
}

async function find(): Promise<string | null> {
  const named = process.env['TIERGATE_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (!(await isExecutable(named))) throw new Error(`TIERGATE_CHROMIUM names no executable: ${named}`);
    return named;
  }
  const own = process.platform === 'linux' && process.arch === 'x64' ? await carried() : null;
  if (own !== null) return own;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const places = [...folders.flatMap((folder) => INSTALLED.map((name) => join(folder, name))), ...MACINTOSH];
  for (const place of places) if (await isExecutable(place)) return place;
  return null;
}

/**
 * Unpacks the Chromium of @sparticuz/chromium beside the other packages. Its libraries (made for a bare system without
 * nss and expat) and a font come along, and a starting script points to them, so callers need no environment. Processes
 * that come here together each unpack for themselves, and the first to finish moves its folder into place.
 */
async function carried(): Promise<string | null> {
  const root = resolve(import.meta.dirname, '..');
  const manifest = await readFile(join(root, 'node_modules', '@sparticuz', 'chromium', 'package.json'), 'utf8').catch(
    () => null,
  );
  // Left out of the installation, as with --omit=dev.
  if (manifest === null) return null;
  const { version } = JSON.parse(manifest) as { readonly version: string };
  const home = join(root, 'node_modules', '.cache', `chromium-${version}`);
  const script = join(home, 'chromium.sh');
  if (await isExecutable(script)) return script;

  await mkdir(dirname(home), { recursive: true });
  const staging = await mkdtemp(`${home}-`);
  try {
    await unpack(root, staging);
    await writeFile(join(staging, 'fonts.conf'), FONTS);
    await writeFile(join(staging, 'chromium.sh'), SCRIPT);
    await chmod(join(staging, 'chromium.sh'), 0o755);
    await rename(staging, home);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await isExecutable(script))) throw error;
  }
  return script;
}

const SCRIPT = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="$here/al2023/lib" FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chromium" "$@"
`;

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

/** The package unpacks to the temporary folder of its process, and its libraries only where it believes to be in a Lambda. */
async function unpack(root: string, folder: string): Promise<void> {
  const program = "await (await import('@sparticuz/chromium')).default.executablePath()";
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('exit', settle);
  });
  if (code !== 0) throw new Error(`Chromium could not be unpacked: exit code ${String(code)}`);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
