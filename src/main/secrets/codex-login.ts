import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Login } from './login.ts';
import { tokenClaims } from './token-claims.ts';
import { type Said, say } from '../../shared/sentences.ts';

/** Codex's own file is a few kilobytes; a larger one is something else. */
const LARGEST_FILE = 256 * 1024;

const token = z.string().regex(/^[\x21-\x7e]+$/);
const FileSchema = z.object({
  tokens: z
    .object({
      id_token: z.string().optional(),
      access_token: token,
      refresh_token: token,
      account_id: z.string().nullish(),
    })
    .nullish(),
});

/** Where Codex keeps its login. */
export function codexLoginFile(environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment['CODEX_HOME'];
  return join(home === undefined || home === '' ? join(homedir(), '.codex') : home, 'auth.json');
}

/** Reads a login from Codex's file. What is wrong is said without quoting from it. */
export function readCodexLogin(file: string): Login | { readonly problem: Said } {
  const text = readFile(file);
  if (typeof text !== 'string') return text;
  const parsed = parse(text);
  if (parsed === null) return { problem: say('codex_other', { file }) };
  const { tokens } = parsed;
  if (tokens === undefined || tokens === null) return { problem: say('codex_keyed', { file }) };
  const claims = [tokens.access_token, tokens.id_token ?? ''].map(tokenClaims);
  const accountId = tokens.account_id ?? claims.find((one) => one.accountId !== null)?.accountId ?? '';
  if (!/^[\x21-\x7e]+$/.test(accountId)) return { problem: say('codex_nameless', { file }) };
  // A token that does not say when it ends is renewed at once.
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    accountId,
    expiresAt: claims[0]?.expiresAt ?? 0,
  };
}

function readFile(file: string): string | { readonly problem: Said } {
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE) return { problem: say('codex_other', { file }) };
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return {
      problem: code === 'ENOENT' ? say('codex_none', { file }) : say('codex_closed', { file, code }),
    };
  }
}

function parse(text: string): z.output<typeof FileSchema> | null {
  try {
    return FileSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
