import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AccountSchema, type Account } from '../../src/shared/account.ts';
import { gatewayError } from '../../src/shared/errors.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/shared/policy.ts';
import { importSub2api } from '../../src/shared/sub2api.ts';
import { billedTier } from '../../src/shared/tier.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { chat } from '../../src/main/dialects/chat.ts';
import { messages } from '../../src/main/dialects/messages.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { type Block, type Forward, decide } from '../../src/main/gateway/decide.ts';

interface Vector {
  readonly name: string;
  readonly settings: unknown;
  readonly settingsState?: 'missing' | 'corrupt' | 'read_error';
  readonly accountType: 'apikey' | 'oauth';
  readonly accountModelMapping?: Record<string, string>;
  readonly transport: 'http' | 'ws';
  readonly entry?: 'native' | 'chat' | 'messages';
  readonly headers?: Readonly<Record<string, string>>;
  readonly input: string;
  readonly expect: {
    readonly action: 'skip' | 'pass' | 'filter' | 'block';
    readonly outputBytesEqualInput?: boolean;
    readonly output?: string;
    readonly outputTier: string | null;
    readonly billingTier: string | null;
    readonly error?: { readonly status: number; readonly body: { readonly error: Record<string, string> } };
  };
}

const read = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as Vector[];

const account = ({ accountType, accountModelMapping }: Vector): Account =>
  AccountSchema.parse({
    id: 'lab',
    provider: 'openai',
    kind: accountType,
    baseUrl: 'https://api.example.com/v1',
    standardTier: 'omit',
    modelMapping: accountModelMapping ?? {},
  });

const policyOf = ({ settings, settingsState }: Vector): Policy =>
  settingsState === undefined ? importSub2api(settings) : DEFAULT_POLICY;

/** The vectors are about the policy alone, and some have no model; the corridor's own check for that is tested elsewhere. */
const withModel = (input: string): string =>
  input.includes('"model"')
    ? input
    : input === '{}'
      ? '{"model":"lab-x"}'
      : input.replace(/\}\s*$/, ',"model":"lab-x"}');

function run(vector: Vector, input = vector.input): Forward | Block {
  const asked = responses.read(Buffer.from(input));
  if (isUnread(asked)) throw new Error(`not read: ${asked.error.message}`);
  return decide({ asked, routingHint: null, account: account(vector), policy: policyOf(vector), tool: 'lab', now: 0 });
}

/** The door also maps the model in the body; the vectors show the policy's edits alone. */
const unmapped = (bytes: Buffer, input: string, upstreamModel: string): string => {
  const asked = JSON.parse(input) as { model: string };
  const text = bytes.toString();
  return asked.model === upstreamModel
    ? text
    : text.replace(JSON.stringify(upstreamModel), JSON.stringify(asked.model));
};

const tierOf = (text: string): string | null => {
  const { service_tier: tier } = JSON.parse(text) as { service_tier?: unknown };
  return typeof tier === 'string' ? tier : null;
};

const http = read('policy.json').filter(
  ({ transport, entry }) => transport === 'http' && (entry ?? 'native') === 'native',
);

describe('the policy vectors for HTTP bodies', () => {
  it('are all there', () => {
    expect(http).toHaveLength(39);
  });

  it.each(http.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const input = withModel(vector.input);
    const decision = run(vector, input);
    const { expect: wanted } = vector;

    if (wanted.action === 'block') {
      expect(decision.kind).toBe('block');
      if (decision.kind !== 'block') return;
      expect({ status: 403, body: { error: { type: 'permission_error', message: decision.message } } }).toMatchObject({
        status: wanted.error?.status,
        body: wanted.error?.body,
      });
      return;
    }
    expect(decision.kind).toBe('forward');
    if (decision.kind !== 'forward') return;
    // "skip" is a tier that no rule sees: here the same as a pass without a rule.
    expect(decision.verdict.action).toBe(wanted.action === 'skip' ? 'pass' : wanted.action);
    const output = unmapped(decision.bytes, input, decision.upstreamModel);
    expect(output).toBe(wanted.outputBytesEqualInput === true ? input : withModel(wanted.output ?? ''));
    expect(tierOf(output)).toBe(wanted.outputTier);
    const billable = decision.sentTier === 'turbo' || decision.sentTier === 'fastest' ? null : decision.sentTier;
    expect(billedTier(billable, null, 'reported')).toBe(wanted.billingTier);
  });
});

const compat = read('policy.json').filter(({ entry }) => entry === 'chat' || entry === 'messages');

it('every vector is run: here, or over a WebSocket', () => {
  const all = read('policy.json');
  const sockets = all.filter(({ transport }) => transport === 'ws');
  expect(all).toHaveLength(69);
  expect(new Set([...http, ...compat, ...sockets].map(({ name }) => name)).size).toBe(all.length);
});

describe('the policy vectors for Chat and Messages', () => {
  it('are all there', () => {
    expect(compat).toHaveLength(6);
  });

  it.each(compat.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const dialect = vector.entry === 'chat' ? chat : messages;
    const asked = dialect.read(Buffer.from(vector.input));
    if (isUnread(asked)) throw new Error(`not read: ${asked.error.message}`);
    const decision = decide({
      asked,
      routingHint: null,
      beta: vector.headers?.['anthropic-beta'] ?? null,
      account: account(vector),
      policy: policyOf(vector),
      tool: 'lab',
      now: 0,
    });
    const { expect: wanted } = vector;
    if (decision.kind === 'block') {
      const error = { ...gatewayError('policy_violation', decision.message) };
      expect(wanted.action).toBe('block');
      expect({ status: error.status, body: JSON.parse(dialect.errorBody(error)) as unknown }).toMatchObject({
        status: wanted.error?.status,
        body: wanted.error?.body,
      });
      return;
    }
    expect(decision.verdict.action).toBe(wanted.action === 'skip' ? 'pass' : wanted.action);
    expect(decision.sentTier).toBe(wanted.outputTier);
    expect(billedTier(decision.sentTier, null, 'reported')).toBe(wanted.billingTier);
    if (vector.entry === 'chat') expect(tierOf(decision.bytes.toString())).toBe(wanted.outputTier);
    if (wanted.action === 'filter') expect(decision.beta).toBeNull();
    if (wanted.action === 'pass' || wanted.action === 'skip')
      expect(decision.beta).toBe(vector.headers?.['anthropic-beta'] ?? null);
  });
});

/** What the design answers where the vectors pin a weakness of the seed. */
type Answer =
  | { readonly refused: string }
  | { readonly action: 'pass' | 'filter' | 'block'; readonly output?: string; readonly sent?: string | null }
  | { readonly invalidSettings: string };

const FILTERED: Answer = { action: 'filter', output: '{"model":"lab-x"}', sent: null };

const DESIGN: Readonly<Record<string, Answer>> = {
  'trick/duplicate-key-flex-first': { refused: 'member_repeated' },
  'trick/duplicate-key-filter-leaves-second': FILTERED,
  'trick/duplicate-key-unknown-first': { refused: 'member_repeated' },
  'trick/duplicate-key-nonstring-first': { refused: 'member_repeated' },
  'norm/auto-unrecognised': { action: 'block' },
  'norm/default-unrecognised': FILTERED,
  'norm/scale-unrecognised': FILTERED,
  'scope/bedrock-never-hits-openai': { invalidSettings: 'scope' },
  'order/unknown-action-is-pass': { invalidSettings: 'action' },
  'wl/case-sensitive': { action: 'filter', output: '{"model":"LAB-X"}', sent: null },
};

const weak = read('policy-weak-spots.json').filter(({ transport }) => transport === 'http');

describe('the weak spots of the seed, answered as the design says', () => {
  it('are all there', () => {
    expect(weak.map(({ name }) => name)).toEqual(Object.keys(DESIGN));
  });

  it.each(weak.map((vector) => [vector.name, vector] as const))('%s', (name, vector) => {
    const answer = DESIGN[name];
    if (answer === undefined) throw new Error('the design has no answer');
    if ('invalidSettings' in answer) {
      expect(() => policyOf(vector)).toThrow(answer.invalidSettings);
      return;
    }
    const asked = responses.read(Buffer.from(vector.input));
    if ('refused' in answer) {
      expect(isUnread(asked) && asked.error).toMatchObject({ code: answer.refused, status: 400 });
      return;
    }
    const decision = run(vector);
    expect(decision.verdict.action).toBe(answer.action);
    if (decision.kind === 'forward') {
      expect(decision.bytes.toString()).toBe(answer.output);
      expect(decision.sentTier).toBe(answer.sent);
    } else {
      expect(answer.output).toBeUndefined();
    }
  });
});
