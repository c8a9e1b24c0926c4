import { type Account, AccountSchema, type KeySource, standardTierOf } from '../../shared/account.ts';
import type { ACCOUNT_CALLS } from '../../shared/calls/account.ts';
import { CODEX_BASE_URL, CODEX_MODELS, isCodexLogin } from '../../shared/codex.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { problemsOf, problemsText } from '../../shared/problem.ts';
import { codexLoginFile, readCodexLogin } from '../secrets/codex-login.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { removeLogin, writeLogin } from '../secrets/login.ts';
import { sourceName } from '../secrets/secret-source.ts';
import { checkedKey } from './key-calls.ts';
import type { ControlRooms } from './rooms.ts';
import { say } from '../../shared/sentences.ts';

type AccountCalls = Omit<HandlersOf<typeof ACCOUNT_CALLS>, 'key.list' | 'key.set' | 'key.remove'>;

/** Accounts as the settings hold them; no answer ever holds a key. */
export function accountCalls({
  settings,
  keychain,
  reloadKeys,
  testAccount,
  resetAccount,
  forgetLogin,
  environment,
}: ControlRooms): AccountCalls {
  const change = async (edit: (accounts: readonly Account[]) => readonly Account[]): Promise<readonly Account[]> => {
    const { accounts } = await settings.change((current) => ({ ...current, accounts: edit(current.accounts) }));
    // Here and not left to the settings' listeners: the answer says that the change is in force.
    await reloadKeys();
    return accounts;
  };
  return {
    'account.list': () => ({ accounts: [...settings.current.accounts] }),
    'account.add': async ({ account: document, key }) => {
      const account = newAccount(document, key !== undefined);
      // Asked before anything is stored, and again when it is added.
      refuseTwin(settings.current.accounts, account.id);
      const takeBack = key === undefined ? null : await storeKey(keychain, account, key);
      try {
        await change((accounts) => [...refuseTwin(accounts, account.id), account]);
      } catch (error) {
        await takeBack?.();
        throw error;
      }
      return account;
    },
    'account.set': async ({ id, account: document }) => {
      const account = parseAccount(document);
      await change((accounts) => {
        if (account.id !== id) refuseTwin(accounts, account.id);
        return replace(accounts, id, () => account);
      });
      return account;
    },
    'account.addKey': async ({ id, from }) => {
      const append = (source: KeySource): Promise<readonly Account[]> =>
        change((accounts) =>
          replace(accounts, id, (account) => parseAccount({ ...account, keys: [...account.keys, source] })),
        );
      const account = find(settings.current.accounts, id);
      if (isCodexLogin(account)) throw new TiergateError('account_invalid', `keys: ${say('login_keyless_again')}`);
      if ('env' in from) return find(await append({ env: from.env }), id);
      const { value } = checkedKey(from.key);
      const name = await freeName(keychain, settings.current.accounts, id);
      await keychain.set(name, value);
      try {
        return find(await append({ keychain: name }), id);
      } catch (error) {
        await keychain.remove(name);
        throw error;
      }
    },
    'account.removeKey': async ({ id, source }) => {
      const gone = find(settings.current.accounts, id).keys.filter((key) => sourceName(key) === source);
      if (gone.length === 0) throw new TiergateError('control_invalid', say('key_unknown', { account: id, source }));
      const left = await change((accounts) =>
        replace(accounts, id, (account) => ({
          ...account,
          keys: account.keys.filter((key) => sourceName(key) !== source),
        })),
      );
      const account = find(left, id);
      await removeKeys(keychain, { ...account, keys: gone }, left);
      return account;
    },
    'account.enable': async ({ id, enabled }) =>
      find(await change((accounts) => replace(accounts, id, (account) => ({ ...account, enabled }))), id),
    'account.reorder': async ({ ids }) => ({
      accounts: [...(await change((accounts) => inOrder(accounts, ids)))],
    }),
    'account.remove': async ({ id }) => {
      const account = find(settings.current.accounts, id);
      const left = await change((accounts) => {
        find(accounts, id);
        return accounts.filter((one) => one.id !== id);
      });
      await removeKeys(keychain, account, left);
      for (const name of loginNames(account)) forgetLogin(name);
      return { id };
    },
    'account.reset': ({ id }) => {
      if (!resetAccount(id)) throw new TiergateError('account_unknown', id);
      return { id };
    },
    'account.importCodex': async ({ id, file }) => {
      const login = readCodexLogin(file ?? codexLoginFile(environment));
      if ('problem' in login) throw new TiergateError('login_unreadable', login.problem);
      const before = settings.current.accounts.find((one) => one.id === id);
      if (before !== undefined && !isCodexLogin(before)) throw new TiergateError('account_exists', id);
      const account = before ?? loginAccount(id);
      const [name] = loginNames(account);
      if (name === undefined) throw new TiergateError('account_invalid', say('login_nameless'));
      await writeLogin(keychain, name, login);
      forgetLogin(name);
      if (before === undefined) await change((accounts) => [...refuseTwin(accounts, id), account]);
      else await reloadKeys();
      return account;
    },
    'account.test': ({ id }) => {
      find(settings.current.accounts, id);
      return testAccount(id);
    },
  };
}

function parseAccount(document: unknown): Account {
  const parsed = AccountSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new TiergateError('account_invalid', problemsText(problemsOf(parsed.error)));
}

/** The account of a login, with everything that its backend needs said for all to see and change. */
function loginAccount(id: string): Account {
  return parseAccount({
    id,
    provider: 'openai',
    kind: 'oauth',
    baseUrl: CODEX_BASE_URL,
    keys: [{ keychain: id }],
    standardTier: 'omit',
    modelMapping: CODEX_MODELS,
    speaks: ['responses'],
  });
}

/** How Standard is spelled is settled when an account is made, so that a later change of its address changes nothing unseen. */
function newAccount(document: unknown, hasKey: boolean): Account {
  const account = parseAccount(document);
  const standardTier = standardTierOf(account);
  if (hasKey && isCodexLogin(account)) throw new TiergateError('account_invalid', `kind: ${say('login_keyless')}`);
  if (!hasKey || keychainNames(account).length > 0) return { ...account, standardTier };
  return { ...account, standardTier, keys: [{ keychain: `${account.id}/1` }, ...account.keys] };
}

/** The names of an account's keys in the keychain; those of a login are another thing. */
function keychainNames(account: Account): string[] {
  return isCodexLogin(account) ? [] : namesIn(account);
}

function loginNames(account: Account): string[] {
  return isCodexLogin(account) ? namesIn(account) : [];
}

function namesIn({ keys }: Account): string[] {
  return keys.flatMap((source) => ('keychain' in source ? [source.keychain] : []));
}

/** Stores a new account's key; returns what takes that back. */
async function storeKey(keychain: Keychain, account: Account, key: string): Promise<() => Promise<unknown>> {
  const [name = ''] = keychainNames(account);
  const { value } = checkedKey(key);
  const before = await keychain.get(name);
  if (before === value) return () => Promise.resolve();
  if (before !== null) throw new TiergateError('key_taken', name);
  await keychain.set(name, value);
  return () => keychain.remove(name);
}

/** The first name for an account's key that nothing in the settings or the keychain has. */
async function freeName(keychain: Keychain, accounts: readonly Account[], id: string): Promise<string> {
  const used = new Set([...accounts.flatMap(namesIn), ...(await keychain.list()).map(({ name }) => name)]);
  let number = 1;
  while (used.has(`${id}/${number}`)) number += 1;
  return `${id}/${number}`;
}

/** Takes away what no other account uses. Without a keychain there is nothing that could still be used. */
async function removeKeys(keychain: Keychain, account: Account, left: readonly Account[]): Promise<void> {
  const used = new Set(left.flatMap(keychainNames));
  try {
    for (const name of keychainNames(account)) if (!used.has(name)) await keychain.remove(name);
    const loggedIn = new Set(left.flatMap(loginNames));
    for (const name of loginNames(account)) if (!loggedIn.has(name)) await removeLogin(keychain, name);
  } catch (error) {
    if (!(error instanceof TiergateError && error.code === 'keychain_unavailable')) throw error;
  }
}

function find(accounts: readonly Account[], id: string): Account {
  const account = accounts.find((one) => one.id === id);
  if (account === undefined) throw new TiergateError('account_unknown', id);
  return account;
}

function refuseTwin(accounts: readonly Account[], id: string): readonly Account[] {
  if (accounts.some((account) => account.id === id)) throw new TiergateError('account_exists', id);
  return accounts;
}

function replace(accounts: readonly Account[], id: string, change: (account: Account) => Account): readonly Account[] {
  find(accounts, id);
  return accounts.map((account) => (account.id === id ? change(account) : account));
}

/** Each before the next; an order that leaves somebody out was made from an old list. */
function inOrder(accounts: readonly Account[], ids: readonly string[]): readonly Account[] {
  if (ids.length !== accounts.length || new Set(ids).size !== ids.length)
    throw new TiergateError('control_invalid', say('order_short'));
  return ids.map((id, index) => ({ ...find(accounts, id), priority: index + 1 }));
}
