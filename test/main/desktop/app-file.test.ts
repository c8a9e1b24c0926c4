import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appFile } from '../../../src/main/desktop/app-file.ts';

const folder = join(sep, 'opt', 'tiergate', 'renderer');

describe('a path out of the window’s folder', () => {
  it.each([
    'app://tiergate/..%2fmain/index.js',
    'app://tiergate/..%2f..%2fpackage.json',
    'app://tiergate/%2e%2e%2fmain/index.js',
    'app://tiergate/assets/..%2f..%2fmain/index.js',
    'app://tiergate/..%5cmain%5cindex.js',
    'app://tiergate/..\\main\\index.js',
    'app://tiergate/%2f..%2fmain/index.js',
    'app://tiergate/index.html%00.png',
    // The neighbour whose name begins like the folder's.
    'app://tiergate/..%2frenderer-secret/key.json',
    'app://tiergate/%ff%fe.js',
    'app://tiergate/%2e%2e%2frenderer',
    'app://elsewhere/index.html',
    'app://tiergate:81/index.html',
    'file:///etc/passwd',
    'http://tiergate/index.html',
    'not an address',
  ])('%s finds nothing', (address) => {
    expect(appFile(folder, address)).toBeNull();
  });

  it.each(['app://tiergate/../../../etc/x.json', 'app://tiergate//etc/x.json', 'app://tiergate/%2e%2e/x.json'])(
    '%s, which a URL parser tames, stays inside',
    (address) => {
      expect(appFile(folder, address)?.path.startsWith(folder + sep)).toBe(true);
    },
  );
});

describe('a file of the window', () => {
  it.each([
    ['app://tiergate/index.html', 'index.html', 'text/html; charset=utf-8'],
    ['app://tiergate/', 'index.html', 'text/html; charset=utf-8'],
    ['app://tiergate', 'index.html', 'text/html; charset=utf-8'],
    ['app://tiergate/index.html?x=1#y', 'index.html', 'text/html; charset=utf-8'],
    ['app://tiergate/assets/index-abc.js', join('assets', 'index-abc.js'), 'text/javascript; charset=utf-8'],
    ['app://tiergate/assets/a%20b.css', join('assets', 'a b.css'), 'text/css; charset=utf-8'],
  ])('%s is found', (address, name, contentType) => {
    expect(appFile(folder, address)).toEqual({ path: join(folder, name), contentType });
  });

  it.each(['app://tiergate/index.js.map', 'app://tiergate/assets', 'app://tiergate/.env'])(
    '%s is none, since only known types are served',
    (address) => {
      expect(appFile(folder, address)).toBeNull();
    },
  );
});
