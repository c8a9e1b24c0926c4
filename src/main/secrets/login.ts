import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Keychain } from './keychain.ts';

/** One login to ChatGPT: what proves it for a while, what renews that, and whose it is. */
export interface Login {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The ChatGPT account or workspace that pays. */
  readonly accountId: string;
  /** When the access token ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Some keychains take no longer values (Windows: 2560 bytes), and access tokens are about as long. */
const LONGEST_ENTRY = 2000;

const EntrySchema = z.object({
  version: z.literal(1),
  refreshToken: z.string().min(1),
  accountId: z.string().min(1),
  expiresAt: z.int(),
  /** In how many entries of its own the access token stands, and how to tell that they belong together. */
  pieces: z.int().min(1).max(20),
  check: z.string(),
});

/** Under which name a login stands in the keychain; no key can have one like it. */
function entryName(name: string): string {
  return `login:${name}`;
}

function pieceName(name: string, index: number): string {
  return `${entryName(name)}#${index + 1}`;
}

/** Reads a login; null when there is none. One whose access token was not written whole only has to be renewed. */
export async function readLogin(keychain: Keychain, name: string): Promise<Login | null> {
  const entry = parseEntry(await keychain.get(entryName(name)));
  if (entry === null) return null;
  const { refreshToken, accountId, expiresAt, pieces, check } = entry;
  const read = await Promise.all(Array.from({ length: pieces }, (_, index) => keychain.get(pieceName(name, index))));
  const accessToken = read.join('');
  return checkOf(accessToken) === check
    ? { accessToken, refreshToken, accountId, expiresAt }
    : { accessToken: '', refreshToken, accountId, expiresAt: 0 };
}

/** Stores a login, what renews it first: without that the rest would soon be worth nothing. */
export async function writeLogin(keychain: Keychain, name: string, login: Login): Promise<void> {
  const { accessToken, refreshToken, accountId, expiresAt } = login;
  const pieces = accessToken.match(new RegExp(`.{1,${LONGEST_ENTRY}}`, 'gs')) ?? [''];
  const check = checkOf(accessToken);
  const before = parseEntry(await keychain.get(entryName(name)));
  await keychain.set(
    entryName(name),
    JSON.stringify({ version: 1, refreshToken, accountId, expiresAt, pieces: pieces.length, check }),
  );
  for (const [index, piece] of pieces.entries()) await keychain.set(pieceName(name, index), piece);
  for (let index = pieces.length; index < (before?.pieces ?? 0); index += 1)
    await keychain.remove(pieceName(name, index));
}

/** Takes a login away. */
export async function removeLogin(keychain: Keychain, name: string): Promise<void> {
  const before = parseEntry(await keychain.get(entryName(name)));
  await keychain.remove(entryName(name));
  for (let index = 0; index < (before?.pieces ?? 0); index += 1) await keychain.remove(pieceName(name, index));
}

function parseEntry(text: string | null): z.output<typeof EntrySchema> | null {
  if (text === null) return null;
  try {
    return EntrySchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
