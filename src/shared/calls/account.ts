import { z } from 'zod';
import { type Account, PROVIDERS } from '../account.ts';
import { type Call, Nothing } from './call.ts';

/** The name of a keychain entry that holds a key. */
export const KeyNameSchema = z.string().regex(/^[\w./-]{1,128}$/);

const KeyStateSchema = z.object({
  /** Where the key is kept: `keychain openai/1` or `env OPENAI_API_KEY`. */
  source: z.string(),
  fingerprint: z.string().nullable(),
  lastFour: z.string().nullable(),
  /** Why there is no key; null when there is one. */
  problem: z.string().nullable(),
  state: z.enum(['ready', 'cooling', 'missing']),
  /** Why it cools down. */
  reason: z.enum(['rate_limited', 'quota', 'unauthorized']).nullable(),
  /** Until when, in milliseconds since the epoch. */
  until: z.int().nullable(),
});

/** What came of a test: the first three are well, each other one has a next step of its own. */
const TEST_OUTCOMES = [
  'works',
  'answers',
  'sandbox',
  'key_missing',
  'key_refused',
  'redirected',
  'no_list',
  'unreachable',
  'limited',
  'failed',
] as const;

const TestSchema = z.object({
  ok: z.boolean(),
  outcome: z.enum(TEST_OUTCOMES),
  status: z.int().nullable(),
  /** The outcome as a sentence, with what the upstream said. */
  message: z.string(),
  /** The models that the upstream lists; empty where it lists none that could be read. */
  models: z.array(z.string()),
  /** Milliseconds. */
  took: z.int(),
});

/** What came of asking an account's upstream for something that costs nothing. */
export type AccountTest = z.output<typeof TestSchema>;

/** One account as the window may know it: no key, only how to tell the keys apart. */
export const AccountStateSchema = z.object({
  id: z.string(),
  provider: z.enum(PROVIDERS),
  kind: z.enum(['apikey', 'oauth']),
  baseUrl: z.string(),
  enabled: z.boolean(),
  sandbox: z.boolean(),
  priority: z.int(),
  keys: z.array(KeyStateSchema),
  /** Turns that are under way there, how many there may be (null is as many as come), and how many wait. */
  openTurns: z.int(),
  concurrency: z.int().nullable(),
  waiting: z.int(),
  /** Null while all is well. */
  breaker: z.object({ state: z.enum(['open', 'half-open']), reason: z.string(), until: z.int() }).nullable(),
  /** The plan's quotas as the upstream told them last. */
  quotas: z.array(
    z.object({ minutes: z.int(), usedPercent: z.number(), resetsAt: z.int().nullable(), seenAt: z.int() }),
  ),
  /** Why it is asked no turns although it is switched on; null when it is asked. */
  resting: z.string().nullable(),
});

/** One account as the window may know it. */
export type AccountState = z.output<typeof AccountStateSchema>;

/** An account as the settings hold it; it names keys and holds none. */
const AccountDocumentSchema = z.custom<Account>((value) => typeof value === 'object' && value !== null);

const Id = z.strictObject({ id: z.string() });

/** What may be asked about accounts and their keys. No answer ever holds a key. */
export const ACCOUNT_CALLS = {
  'account.list': { input: Nothing, output: z.object({ accounts: z.array(AccountDocumentSchema) }) },
  /** Adds an account; a key that is given goes to the keychain, under the name of the account's first keychain source. */
  'account.add': {
    input: z.strictObject({ account: z.unknown(), key: z.string().min(1).optional() }),
    output: AccountDocumentSchema,
  },
  /** Puts another account document in the place of the one with this id. */
  'account.set': { input: z.strictObject({ id: z.string(), account: z.unknown() }), output: AccountDocumentSchema },
  /** Asks the accounts in this order, each before the next; every account is named. */
  'account.reorder': {
    input: z.strictObject({ ids: z.array(z.string()) }),
    output: z.object({ accounts: z.array(AccountDocumentSchema) }),
  },
  /** One more key at the end of the line: a key that goes to the keychain under a name that is free, or the variable that holds one. */
  'account.addKey': {
    input: z.strictObject({
      id: z.string(),
      from: z.union([z.strictObject({ key: z.string().min(1) }), z.strictObject({ env: z.string() })]),
    }),
    output: AccountDocumentSchema,
  },
  /** Takes one key from an account, by the `source` its state tells, and out of the keychain where no other account uses it. */
  'account.removeKey': { input: z.strictObject({ id: z.string(), source: z.string() }), output: AccountDocumentSchema },
  'account.enable': { input: z.strictObject({ id: z.string(), enabled: z.boolean() }), output: AccountDocumentSchema },
  /** Takes an account away, and those of its keys in the keychain that no other account uses. */
  'account.remove': { input: Id, output: z.object({ id: z.string() }) },
  /** Asks the upstream for something that costs nothing. */
  'account.test': { input: Id, output: TestSchema },
  /** Forgets cooldowns and breaker, for somebody who knows that the cause is gone. */
  'account.reset': { input: Id, output: z.object({ id: z.string() }) },
  /** Makes an account of the person's own Codex login; only ever asked on their say-so. */
  'account.importCodex': {
    input: z.strictObject({ id: z.string().default('codex'), file: z.string().optional() }),
    output: AccountDocumentSchema,
  },
  'key.list': {
    input: Nothing,
    output: z.object({
      keys: z.array(z.object({ name: z.string(), lastFour: z.string(), fingerprint: z.string() })),
    }),
  },
  'key.set': {
    input: z.strictObject({ name: KeyNameSchema, key: z.string().min(1) }),
    output: z.object({ fingerprint: z.string(), lastFour: z.string() }),
  },
  'key.remove': { input: z.strictObject({ name: KeyNameSchema }), output: z.object({ removed: z.boolean() }) },
} as const satisfies Record<string, Call>;
