import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codexLoginFile, readCodexLogin } from '../../src/main/secrets/codex-login.ts';
import { fakeToken } from '../fakes/login-server.ts';

const ENDS = 1_800_000_000_000;
const SECRET = 'rt_a-secret-refresh-token';
const ACCESS = fakeToken('user', ENDS, 'workspace-of-access');

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiergate-login-'));
  file = join(folder, 'auth.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(document: unknown): void {
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
}

describe('a login', () => {
  test('is read as Codex keeps it', () => {
    const tokens = { id_token: 'x', access_token: ACCESS, refresh_token: SECRET, account_id: 'workspace-1' };
    write({ OPENAI_API_KEY: null, auth_mode: 'chatgpt', tokens, last_refresh: '2026-11-20T00:00:00Z' });
    expect(readCodexLogin(file)).toEqual({
      accessToken: ACCESS,
      refreshToken: SECRET,
      accountId: 'workspace-1',
      expiresAt: ENDS,
    });
  });

  test.each([
    ['the access token', ACCESS, undefined, 'workspace-of-access'],
    ['the id token', 'opaque', fakeToken('user', ENDS, 'workspace-of-id'), 'workspace-of-id'],
  ])('takes its account from %s where the file does not name one', (_where, access, id, accountId) => {
    write({ tokens: { id_token: id, access_token: access, refresh_token: SECRET } });
    expect(readCodexLogin(file)).toMatchObject({ accountId });
  });

  test('whose token does not say when it ends is to be renewed at once', () => {
    write({ tokens: { access_token: 'opaque', refresh_token: SECRET, account_id: 'w' } });
    expect(readCodexLogin(file)).toMatchObject({ expiresAt: 0 });
  });
});

describe('what is no login is told apart, and never quoted', () => {
  test.each<[what: string, document: unknown, problem: string]>([
    ['an API key', { OPENAI_API_KEY: SECRET }, 'holds no ChatGPT login'],
    ['a login without a token', { tokens: { access_token: SECRET } }, 'is not a login of Codex'],
    [
      'a login of nobody',
      { tokens: { access_token: 'opaque', refresh_token: SECRET } },
      'does not say which ChatGPT account',
    ],
    [
      'a token that is two headers',
      { tokens: { access_token: `a\r\nx: ${SECRET}`, refresh_token: SECRET } },
      'is not a login of Codex',
    ],
    [
      'an account that is two headers',
      { tokens: { access_token: 'a', refresh_token: 'b', account_id: `c\r\nx: ${SECRET}` } },
      'does not say which',
    ],
    ['no JSON', `{"tokens": ${SECRET}`, 'is not a login of Codex'],
    ['a large file', 'x'.repeat(300_000), 'is not a login of Codex'],
  ])('%s', (_what, document, problem) => {
    write(document);
    const read = readCodexLogin(file);
    expect(read).toEqual({ problem: expect.stringContaining(problem) as string });
    expect(JSON.stringify(read)).not.toContain(SECRET);
  });

  test('a file that is not there, and a folder', () => {
    expect(readCodexLogin(file)).toEqual({ problem: expect.stringContaining('codex login') as string });
    expect(readCodexLogin(folder)).toEqual({ problem: expect.stringContaining('cannot be read') as string });
  });
});

test('Codex keeps it in its home', () => {
  expect(codexLoginFile({ CODEX_HOME: '/somewhere' })).toBe(join('/somewhere', 'auth.json'));
  expect(codexLoginFile({})).toBe(join(homedir(), '.codex', 'auth.json'));
});
