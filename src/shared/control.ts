import { z } from 'zod';
import { AccountStateSchema, ACCOUNT_CALLS } from './calls/account.ts';
import { APP_CALLS } from './calls/app.ts';
import { BILL_CALLS } from './calls/bill.ts';
import { type Call, Nothing } from './calls/call.ts';
import { DATA_CALLS } from './calls/data.ts';
import { PolicyDocumentSchema, POLICY_CALLS } from './calls/policy.ts';
import { TOOL_CALLS } from './calls/tool.ts';
import { TURN_CALLS } from './calls/turn.ts';
import { BudgetStateSchema, BUDGET_THRESHOLDS } from './budget.ts';
import { MoneySchema } from './money.ts';
import { TurnSchema } from './turn.ts';

export type { AccountState } from './calls/account.ts';

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

/** What was spent in a time that has not ended yet. */
const SpendSchema = z.object({
  cost: MoneySchema,
  saved: MoneySchema,
  premium: MoneySchema,
  turns: z.int(),
  /** Turns whose price is not known, which `cost` therefore lacks. */
  unpriced: z.int(),
});

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
  /** While new turns are refused: until when (null is until resumed); null while the gateway works. */
  paused: z.object({ until: z.int().nullable() }).nullable(),
  /** In the person's own calendar. */
  spend: z.object({ day: SpendSchema, week: SpendSchema, month: SpendSchema }),
  budgets: z.array(BudgetStateSchema),
});

/** What the gateway is and how it does. */
export type Status = z.output<typeof StatusSchema>;

/** Everything the window and the command line may ask. Queries change nothing; commands say so in their name. */
export const CALLS = {
  'status.get': { input: Nothing, output: StatusSchema },
  ...TURN_CALLS,
  ...BILL_CALLS,
  ...POLICY_CALLS,
  ...ACCOUNT_CALLS,
  ...TOOL_CALLS,
  ...APP_CALLS,
  ...DATA_CALLS,
} as const satisfies Record<string, Call>;

/** The name of something that may be asked. */
export type CallName = keyof typeof CALLS;

/** What a caller gives; members with defaults may be left out. */
export type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]['input']>;

/** What a handler gets, after parsing. */
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>;

/** What a call answers. */
export type CallOutput<Name extends CallName> = z.output<(typeof CALLS)[Name]['output']>;

/** One handler for each of some calls. */
export type HandlersOf<Calls extends Record<string, Call>> = {
  readonly [Name in keyof Calls]: (
    input: z.output<Calls[Name]['input']>,
  ) => Promise<z.output<Calls[Name]['output']>> | z.output<Calls[Name]['output']>;
};

/** One handler for every call. */
export type ControlHandlers = HandlersOf<typeof CALLS>;

/** What is pushed without being asked: finished turns in ledger order, and the whole status or policy after a change. */
export const PushSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turns'), turns: z.array(TurnSchema) }),
  z.object({ type: z.literal('status'), status: StatusSchema }),
  z.object({ type: z.literal('policy'), policy: PolicyDocumentSchema }),
  /** A budget has reached a threshold, once in its period. */
  z.object({ type: z.literal('budget'), budget: BudgetStateSchema, threshold: z.literal(BUDGET_THRESHOLDS) }),
  /** The settings have changed: what shows them asks again. */
  z.object({ type: z.literal('settings') }),
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
