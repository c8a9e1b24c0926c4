import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WindowFiles } from '../../src/main/control/window-files.ts';
import { WINDOW_HEADERS } from '../../src/shared/window-headers.ts';
import { type TestGateway, startGateway } from '../fakes/gateway.ts';

/** A built window, with a secret beside its folder and a link to it inside. */
const folder = mkdtempSync(join(tmpdir(), 'tiergate-test-'));
const built = join(folder, 'window');
const SECRET = 'what no page may see';

let gateway: TestGateway;

beforeAll(async () => {
  mkdirSync(join(built, 'assets'), { recursive: true });
  writeFileSync(join(built, 'index.html'), '<!doctype html>window');
  writeFileSync(join(built, 'assets', 'main-1a2b.js'), 'script');
  writeFileSync(join(built, 'assets', 'style.css'), 'style');
  writeFileSync(join(built, 'assets', 'font.woff2'), 'font');
  writeFileSync(join(built, 'assets', 'odd.bin'), 'bytes');
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  symlinkSync(join(folder, 'secret.txt'), join(built, 'link.txt'));
  gateway = await startGateway({}, { windowFiles: built });
});

afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks for the very path: a URL would be tidied up first. */
function get(path: string, method = 'GET'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(gateway.origin, { path, method, agent: false }, (answer) => {
    text(answer).then((body) => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
    }, reject);
  })
    .once('error', reject)
    .end();
  return promise;
}

describe('the window’s files', () => {
  test.each<[path: string, body: string, type: string]>([
    ['', '<!doctype html>window', 'text/html; charset=utf-8'],
    ['index.html', '<!doctype html>window', 'text/html; charset=utf-8'],
    ['?x=1', '<!doctype html>window', 'text/html; charset=utf-8'],
    ['assets/main-1a2b.js', 'script', 'text/javascript; charset=utf-8'],
    ['assets/style.css?v=2', 'style', 'text/css; charset=utf-8'],
    ['assets/font.woff2', 'font', 'font/woff2'],
    ['assets/odd.bin', 'bytes', 'application/octet-stream'],
  ])('%j needs no key and may run nothing but its own', async (path, body, type) => {
    const answer = await get(`/_tiergate/${path}`);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers).toMatchObject({ ...WINDOW_HEADERS, 'content-type': type });
  });

  test('their policy trusts no place but the gateway and no script in the page', () => {
    const policy = WINDOW_HEADERS['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(WINDOW_HEADERS['x-content-type-options']).toBe('nosniff');
  });

  test('HEAD tells what GET would, without the file', async () => {
    const answer = await get('/_tiergate/', 'HEAD');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers).toMatchObject(WINDOW_HEADERS);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is none of their ways', async (method) => {
    expect(await get('/_tiergate/', method)).toMatchObject({ status: 404, body: 'There is nothing here.' });
  });
});

describe('attack: a path that leads out of the window', () => {
  test.each([
    '/_tiergate/../secret.txt',
    '/_tiergate/../../../../../../etc/passwd',
    '/_tiergate/./index.html',
    '/_tiergate//index.html',
    '/_tiergate/assets/../index.html',
    '/_tiergate/assets/../../secret.txt',
    '/_tiergate/%2e%2e/secret.txt',
    '/_tiergate/..%2fsecret.txt',
    '/_tiergate/%2e%2e%2fsecret.txt',
    '/_tiergate/..%5csecret.txt',
    '/_tiergate/..\\secret.txt',
    '/_tiergate/assets%2fstyle.css',
    '/_tiergate/%69ndex.html',
    '/_tiergate/index.html%00.js',
    '/_tiergate/index.html/',
    '/_tiergate/INDEX.HTML',
    '/_tiergate/assets',
    '/_tiergate/assets/',
    '/_tiergate/link.txt',
    '/_tiergate/no-such-file',
  ])('%s: nothing is there', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: 'There is nothing here.' });
  });

  test('a full file name finds nothing', () => {
    const files = new WindowFiles(built);
    for (const name of [join(built, 'index.html'), join(folder, 'secret.txt'), '', '.', '..', '/index.html'])
      expect(files.find(name)).toBeNull();
    expect(files.find('index.html')).not.toBeNull();
  });
});

test('a checkout that was never built has no window, and says so', () => {
  expect(new WindowFiles(join(folder, 'nowhere')).find('index.html')).toBeNull();
});

test('a file that a new build took away is not there any more', () => {
  writeFileSync(join(built, 'old.js'), '');
  const files = new WindowFiles(built);
  rmSync(join(built, 'old.js'));
  expect(files.find('old.js')).toBeNull();
});
