import { z } from 'zod';
import type { Policy } from './policy.ts';
import { ToolNameSchema } from './settings.ts';
import { TurnSchema } from './turn.ts';

/** Something the person should know, with what to do about it; it stays until its cause is gone. */
const NoticeSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  /** Milliseconds since the epoch. */
  at: z.int(),
});

/** Something the person should know. */
export type Notice = z.output<typeof NoticeSchema>;

/** One account as the window may know it: no key, only how to tell the keys apart. */
const AccountStateSchema = z.object({
  id: z.string(),
  provider: z.string(),
  kind: z.enum(['apikey', 'oauth']),
  baseUrl: z.string(),
  enabled: z.boolean(),
  sandbox: z.boolean(),
  keys: z.array(
    z.object({
      /** Where the key is kept: `keychain openai/1` or `env OPENAI_API_KEY`. */
      source: z.string(),
      fingerprint: z.string().nullable(),
      lastFour: z.string().nullable(),
      /** Why there is no key; null when there is one. */
      problem: z.string().nullable(),
    }),
  ),
});

/** One account as the window may know it. */
export type AccountState = z.output<typeof AccountStateSchema>;

/** One WebSocket session that is open. */
const OpenSessionSchema = z.object({
  id: z.string(),
  tool: z.string(),
  account: z.string(),
  /** The session's model as the upstream sees it; null while none is known. */
  model: z.string().nullable(),
  /** Milliseconds since the epoch. */
  startedAt: z.int(),
  /** Turns so far. */
  turns: z.int(),
  /** The tiers that left with the last turns, oldest first; null is no tier. */
  tiers: z.array(z.string().nullable()),
});

/** One WebSocket session that is open. */
export type OpenSession = z.output<typeof OpenSessionSchema>;

/** What the gateway is and how it does. */
const StatusSchema = z.object({
  version: z.string(),
  /** What tools are pointed at; null while the gateway does not listen. */
  baseUrl: z.string().nullable(),
  /** The port asked for in the settings, also when it could not be had. */
  port: z.int(),
  home: z.string(),
  /** Milliseconds since the epoch. */
  startedAt: z.int(),
  /** True while the sandbox answers because no account is set up. */
  sandbox: z.boolean(),
  openTurns: z.int(),
  /** Open WebSocket sessions, oldest first. */
  sessions: z.array(OpenSessionSchema),
  accounts: z.array(AccountStateSchema),
  tools: z.array(z.object({ name: z.string() })),
  /** Which policy is in force: the settings file's, the last good one, or the built-in default. */
  policySource: z.enum(['settings', 'last-good', 'default']),
  /** Requests that never reached the door, by error code. */
  refused: z.record(z.string(), z.int()),
  /** Turns that could not be recorded. */
  lostRows: z.int(),
  notices: z.array(NoticeSchema),
});

/** What the gateway is and how it does. */
export type Status = z.output<typeof StatusSchema>;

/** A page of the ledger; pages go on from `seq`, so rows that arrive meanwhile never shift them. */
const TurnPageRequestSchema = z.strictObject({
  order: z.enum(['newest', 'oldest']).default('newest'),
  /** Rows beyond this `seq` in the chosen order. */
  after: z.int().optional(),
  limit: z.int().min(1).max(1000).default(100),
});

const PolicyDocumentSchema = z.custom<Policy>((value) => typeof value === 'object' && value !== null);
const ProblemSchema = z.object({ path: z.string(), message: z.string() });
const Nothing = z.strictObject({}).default({});

/** One thing that may be asked: the shape of the question and of the answer. */
interface Call {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

/** Everything the window and the command line may ask. Queries change nothing; commands say so in their name. */
export const CALLS = {
  'status.get': { input: Nothing, output: StatusSchema },
  'turns.page': { input: TurnPageRequestSchema, output: z.object({ turns: z.array(TurnSchema), more: z.boolean() }) },
  'policy.get': { input: Nothing, output: PolicyDocumentSchema },
  /** Answers when the policy is in force for the next request. */
  'policy.set': { input: z.strictObject({ policy: z.unknown() }), output: PolicyDocumentSchema },
  'policy.check': {
    input: z.strictObject({ policy: z.unknown() }),
    output: z.object({ problems: z.array(ProblemSchema) }),
  },
  'tool.list': { input: Nothing, output: z.object({ tools: z.array(z.object({ name: z.string() })) }) },
  /** The only answer that ever holds the local key. */
  'tool.add': {
    input: z.strictObject({ name: ToolNameSchema }),
    output: z.object({ name: z.string(), key: z.string() }),
  },
  'tool.revoke': { input: z.strictObject({ name: z.string() }), output: z.object({ name: z.string() }) },
  'key.set': {
    input: z.strictObject({ name: z.string().regex(/^[\w./-]{1,128}$/), key: z.string().min(1) }),
    output: z.object({ fingerprint: z.string(), lastFour: z.string() }),
  },
  'key.remove': {
    input: z.strictObject({ name: z.string().regex(/^[\w./-]{1,128}$/) }),
    output: z.object({ removed: z.boolean() }),
  },
} as const satisfies Record<string, Call>;

/** The name of something that may be asked. */
export type CallName = keyof typeof CALLS;

/** What a caller gives; members with defaults may be left out. */
type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]['input']>;

/** What a handler gets, after parsing. */
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>;

/** What a call answers. */
export type CallOutput<Name extends CallName> = z.output<(typeof CALLS)[Name]['output']>;

/** One handler for every call. */
export type ControlHandlers = {
  readonly [Name in CallName]: (input: CallArguments<Name>) => Promise<CallOutput<Name>> | CallOutput<Name>;
};

/** What is pushed without being asked: finished turns in ledger order, and the whole status or policy after a change. */
export const PushSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turns'), turns: z.array(TurnSchema) }),
  z.object({ type: z.literal('status'), status: StatusSchema }),
  z.object({ type: z.literal('policy'), policy: PolicyDocumentSchema }),
]);

/** What is pushed without being asked. */
export type Push = z.output<typeof PushSchema>;

/** A failed call. */
const ControlFaultSchema = z.object({ code: z.string(), message: z.string(), next: z.string() });

/** A failed call. */
export type ControlFault = Readonly<z.output<typeof ControlFaultSchema>>;

/** How a call crosses to the other side: always a value, since an exception would lose its code on the way. */
export const ReplySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: ControlFaultSchema }),
]);

/** How a call crosses to the other side. */
export type Reply = z.output<typeof ReplySchema>;

/** What carries the contract: Electron's IPC, or HTTP and a WebSocket on the gateway's own port. */
export interface Carrier {
  call(name: string, input: unknown): Promise<Reply>;
  /** Hands on each push as it comes; returns the function that ends that. */
  subscribe(listener: (push: unknown) => void, connection?: (connected: boolean) => void): () => void;
}

/** A call that the other side refused or could not do. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: string;
  readonly next: string;

  constructor({ code, message, next }: ControlFault) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

/** The typed client of the contract, the same over every carrier. */
export interface ControlClient {
  /** Throws a {@link ControlError}. */
  call<Name extends CallName>(name: Name, input?: CallInput<Name>): Promise<CallOutput<Name>>;
  subscribe(listener: (push: Push) => void, connection?: (connected: boolean) => void): () => void;
}

/** Makes the typed client over a carrier. */
export function createControlClient(carrier: Carrier): ControlClient {
  return {
    async call(name, input) {
      const reply = await carrier.call(name, input ?? {});
      if (!reply.ok) throw new ControlError(reply.error);
      return CALLS[name].output.parse(reply.value) as CallOutput<typeof name>;
    },
    subscribe: (listener, connection) =>
      carrier.subscribe((push) => {
        // One that cannot be read is left out: the next status tells what it would have told.
        const { data } = PushSchema.safeParse(push);
        if (data !== undefined) listener(data);
      }, connection),
  };
}
