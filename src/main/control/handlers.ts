import { randomBytes } from 'node:crypto';
import type { ControlHandlers, Status } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { type Policy, PolicySchema } from '../../shared/policy.ts';
import { type Problem, problemsOf, problemsText } from '../../shared/settings.ts';
import { keyHash } from '../gateway/guard.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { usableSecret } from '../secrets/secret-source.ts';
import type { SettingsStore } from '../settings/store.ts';

/** The rooms that the window and the command line may ask. */
export interface ControlRooms {
  readonly status: () => Status;
  readonly settings: SettingsStore;
  readonly reader: Pick<LedgerReader, 'page'>;
  readonly keychain: Keychain;
  /** Fetches the accounts' keys again. */
  readonly reloadKeys: () => Promise<void>;
}

/** What the window and the command line may ask, answered. */
export function createHandlers({ status, settings, reader, keychain, reloadKeys }: ControlRooms): ControlHandlers {
  return {
    'status.get': () => status(),
    'turns.page': (request) => reader.page(request),
    'policy.get': () => settings.current.policy,
    'policy.set': async ({ policy }) => {
      const checked = parsePolicy(policy);
      if ('problems' in checked) throw new TiergateError('policy_invalid', problemsText(checked.problems));
      return (await settings.change((current) => ({ ...current, policy: checked.policy }))).policy;
    },
    'policy.check': ({ policy }) => {
      const checked = parsePolicy(policy);
      return { problems: 'problems' in checked ? checked.problems : [] };
    },
    'tool.list': () => ({ tools: settings.current.tools.map(({ name }) => ({ name })) }),
    'tool.add': async ({ name }) => {
      const key = newLocalKey();
      await settings.change((current) => {
        if (current.tools.some((tool) => tool.name === name)) throw new TiergateError('tool_exists', name);
        return { ...current, tools: [...current.tools, { name, keyHash: keyHash(key) }] };
      });
      return { name, key };
    },
    'tool.revoke': async ({ name }) => {
      await settings.change((current) => {
        if (!current.tools.some((tool) => tool.name === name)) throw new TiergateError('tool_unknown', name);
        return { ...current, tools: current.tools.filter((tool) => tool.name !== name) };
      });
      return { name };
    },
    'key.set': async ({ name, key }) => {
      const usable = usableSecret(key.trim());
      if ('problem' in usable) throw new TiergateError('control_invalid', usable.problem);
      const { value, fingerprint, lastFour } = usable.secret;
      await keychain.set(name, value);
      await reloadKeys();
      return { fingerprint, lastFour };
    },
    'key.remove': async ({ name }) => {
      const removed = await keychain.remove(name);
      await reloadKeys();
      return { removed };
    },
  };
}

/** A local key: 192 random bits, marked so that it can be told from a provider's. */
function newLocalKey(): string {
  return `tg-${randomBytes(24).toString('base64url')}`;
}

function parsePolicy(document: unknown): { readonly policy: Policy } | { readonly problems: Problem[] } {
  const parsed = PolicySchema.safeParse(document);
  return parsed.success ? { policy: parsed.data } : { problems: problemsOf(parsed.error) };
}
