import {
  CALLS,
  type CallArguments,
  type CallName,
  type CallOutput,
  type Carrier,
  type ControlFault,
  type ControlHandlers,
  type Push,
  type Reply,
  type Status,
} from '../../src/shared/control.ts';
import { ERRORS, type ErrorCode, messageOf } from '../../src/shared/errors.ts';
import { DEFAULT_POLICY, type Policy, PolicySchema } from '../../src/shared/policy.ts';
import { problemsOf, problemsText } from '../../src/shared/problem.ts';
import type { Turn } from '../../src/shared/turn.ts';

/** What the fake gateway has when it starts; what is left out is that of a fresh installation. */
export interface FakeGateway {
  readonly status?: Partial<Status>;
  readonly policy?: Policy;
  /** In any order. */
  readonly turns?: readonly Turn[];
}

/** A carrier with a small gateway behind it, all in memory. */
export interface FakeCarrier extends Carrier {
  /** Every call that came, in order. */
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  /** Records turns and pushes them, as if they had just ended. */
  finish(...turns: readonly Turn[]): void;
  /** Changes the status and pushes it. */
  changeStatus(change: Partial<Status>): void;
  /** Replaces the policy and pushes it, as if the settings file had been edited. */
  changePolicy(policy: Policy): void;
  /** Makes every later call of that name fail; null makes it work again. */
  fail(name: CallName, fault: ControlFault | null): void;
  /** Cuts the pushes off, or brings them back; calls fail meanwhile. */
  connect(connected: boolean): void;
}

const START = Date.UTC(2026, 10, 21, 13, 5);

/** A fault as the gateway would answer it. */
export function faultOf(code: ErrorCode, detail = ''): ControlFault {
  return { code, message: messageOf(code, detail), next: ERRORS[code].next };
}

/** Makes the fake. */
export function createFakeCarrier(gateway: FakeGateway = {}): FakeCarrier {
  let status: Status = { ...freshStatus(), ...gateway.status };
  let policy = gateway.policy ?? DEFAULT_POLICY;
  const turns = [...(gateway.turns ?? [])].sort((a, b) => a.seq - b.seq);
  const faults = new Map<string, ControlFault>();
  const calls: { name: string; input: unknown }[] = [];
  const listeners = new Map<(push: unknown) => void, ((connected: boolean) => void) | undefined>();
  let connected = true;

  const push = (message: Push): void => {
    // As over a real carrier, nothing is shared with the other side.
    if (connected) for (const listener of listeners.keys()) listener(structuredClone(message));
  };
  const changeStatus = (change: Partial<Status>): void => {
    status = { ...status, ...change };
    push({ type: 'status', status });
  };
  const changePolicy = (next: Policy): void => {
    policy = next;
    push({ type: 'policy', policy });
    if (status.policySource !== 'settings') changeStatus({ policySource: 'settings' });
  };

  const handlers: Partial<ControlHandlers> = {
    'status.get': () => status,
    'turns.page': (request) => pageOf(turns, request),
    'policy.get': () => policy,
    'policy.set': ({ policy: document }) => {
      const parsed = PolicySchema.safeParse(document);
      if (!parsed.success) throw new Refusal(faultOf('policy_invalid', problemsText(problemsOf(parsed.error))));
      changePolicy(parsed.data);
      return parsed.data;
    },
    'policy.check': ({ policy: document }) => {
      const parsed = PolicySchema.safeParse(document);
      return { problems: parsed.success ? [] : problemsOf(parsed.error) };
    },
    'tool.list': () => ({ tools: status.tools.map(({ name }) => ({ name, limits: {} })) }),
    'tool.add': ({ name }) => {
      if (status.tools.some((tool) => tool.name === name)) throw new Refusal(faultOf('tool_exists', name));
      changeStatus({ tools: [...status.tools, { name }] });
      return { name, key: 'tg-EXAMPLE-not-a-real-key-4f7a1c9e2b' };
    },
    'tool.revoke': ({ name }) => {
      if (!status.tools.some((tool) => tool.name === name)) throw new Refusal(faultOf('tool_unknown', name));
      changeStatus({ tools: status.tools.filter((tool) => tool.name !== name) });
      return { name };
    },
    'key.set': ({ key }) => ({ fingerprint: 'a1b2c3d4', lastFour: key.slice(-4) }),
    'key.remove': () => ({ removed: true }),
  };

  return {
    calls,
    async call(name, input) {
      calls.push({ name, input });
      // An answer never comes in the same tick.
      await Promise.resolve();
      if (!connected) return refuse({ code: 'gateway_unreachable', message: 'The gateway does not answer.', next: '' });
      const fault = faults.get(name);
      return fault === undefined ? answer(handlers, name, input) : refuse(fault);
    },
    subscribe(listener, connection) {
      listeners.set(listener, connection);
      connection?.(connected);
      return () => {
        listeners.delete(listener);
      };
    },
    finish(...ended) {
      turns.push(...ended);
      push({ type: 'turns', turns: [...ended] });
    },
    changeStatus,
    changePolicy,
    fail(name, fault) {
      if (fault === null) faults.delete(name);
      else faults.set(name, fault);
    },
    connect(next) {
      connected = next;
      for (const connection of listeners.values()) connection?.(next);
    },
  };
}

/** Thrown by a handler that says no. */
class Refusal extends Error {
  readonly fault: ControlFault;

  constructor(fault: ControlFault) {
    super(fault.message);
    this.fault = fault;
  }
}

function refuse(error: ControlFault): Reply {
  return { ok: false, error };
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name);
}

async function answer(handlers: Partial<ControlHandlers>, name: string, input: unknown): Promise<Reply> {
  if (!isCallName(name)) return refuse(faultOf('control_invalid', name));
  const parsed = CALLS[name].input.safeParse(input);
  if (!parsed.success) return refuse(faultOf('control_invalid', problemsText(problemsOf(parsed.error))));
  try {
    const handler = handlers[name] as ((input: unknown) => unknown) | undefined;
    if (handler === undefined) return refuse(faultOf('control_invalid', `the fake does not answer ${name}`));
    return { ok: true, value: structuredClone(await handler(parsed.data)) };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.fault);
    throw error;
  }
}

function pageOf(
  turns: readonly Turn[],
  { order, after, limit, filter }: CallArguments<'turns.page'>,
): CallOutput<'turns.page'> {
  const { tools = [] } = filter;
  const meant = tools.length === 0 ? turns : turns.filter(({ tool }) => tools.includes(tool));
  const ordered = order === 'oldest' ? meant : meant.toReversed();
  const rest = ordered.filter(({ seq }) => after === undefined || (order === 'oldest' ? seq > after : seq < after));
  return { turns: rest.slice(0, limit), more: rest.length > limit };
}

const NOTHING_SPENT = { cost: '0', saved: '0', premium: '0', turns: 0, unpriced: 0 };

function freshStatus(): Status {
  return {
    version: '0.1.0',
    baseUrl: 'http://127.0.0.1:4141/v1',
    port: 4141,
    home: '/home/ada/.config/tiergate',
    startedAt: START,
    sandbox: true,
    openTurns: 0,
    sessions: [],
    accounts: [],
    tools: [],
    policySource: 'settings',
    refused: {},
    lostRows: 0,
    notices: [],
    paused: null,
    spend: { day: NOTHING_SPENT, week: NOTHING_SPENT, month: NOTHING_SPENT },
    budgets: [],
  };
}
