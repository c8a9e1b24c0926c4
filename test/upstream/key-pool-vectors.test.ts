import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { exhaustedError } from '../../src/main/gateway/refusal.ts';
import { Accounts } from '../../src/main/upstream/accounts.ts';
import { Failover } from '../../src/main/upstream/failover.ts';
import { type CooldownReason, faultOfStatus, readErrorSaid } from '../../src/main/upstream/fault.ts';
import { headersUp } from '../../src/main/upstream/headers.ts';
import { KeyPool } from '../../src/main/upstream/key-pool.ts';
import { AccountSchema } from '../../src/shared/account.ts';
import { say } from '../../src/shared/sentences.ts';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { FakeTimers } from '../fakes/timers.ts';
import { type Lab, startLab } from '../gateway/lab.ts';
import { send } from '../gateway/tool.ts';
import { candidateOf } from './candidates.ts';

/** The recorded cases of another key pool, all run by ours; where ours does better, {@link BETTER} says what and why. */

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The turn goes on: its answer calls a tool that the gateway runs. */
  readonly injectedToolCall?: boolean;
}

interface Expected {
  readonly attempts?: readonly number[];
  readonly finalStatus?: number | null;
  readonly bodySource?: string;
  readonly finalErrorType?: string | undefined;
  readonly finalErrorCode?: string | undefined;
  readonly constructError?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly upstreamCalls?: number;
  readonly upstreamAuth?: readonly Readonly<Record<string, string>>[];
  readonly transitions?: number;
  readonly cooldownMsAfter?: readonly number[];
  readonly keyStatesAfter?: readonly string[];
}

interface Walk {
  readonly advanceMs?: number;
  readonly upstreamScript: readonly Answer[];
  readonly expect: Expected;
}

interface Vector extends Walk {
  readonly name: string;
  readonly era: 'seed' | 'new';
  readonly provider: 'openai' | 'anthropic';
  readonly keys: readonly string[];
  readonly request: { readonly byok: boolean; readonly headers?: Readonly<Record<string, string>> };
  readonly preState?: readonly {
    readonly state: string;
    readonly remainingMs?: number;
    readonly reason?: CooldownReason;
  }[];
  readonly preMarks?: readonly { readonly key: number; readonly status: number; readonly cooldownMs: number }[];
  readonly followUps?: readonly Walk[];
}

const FILE = new URL('../vectors/key-pool.json', import.meta.url);
const VECTORS = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Vector[];

const NOW = Date.parse('2026-11-24T21:00:00Z');

const ASKED_ALL_THE_SAME: Expected = {
  attempts: [0],
  finalStatus: 200,
  finalErrorType: undefined,
  finalErrorCode: undefined,
  bodySource: 'upstream',
  upstreamCalls: 1,
};

const NOT_FOR_EVER = 'a key that was refused may be let in again, so it is out for a minute and not for ever';
const NOT_THE_KEY =
  'a 403 that says nothing of the key is about the person or the request, which every key would be told';

/** Where a vector's note asks for better, or the design does; what is not named here stays as the vector says. */
const BETTER: Readonly<Record<string, { readonly why: string; readonly expect: Expected; readonly then?: Expected }>> =
  {
    '429-ms-beats-seconds': {
      why: 'a quarter of a second would ask the same key again within one turn, so a second is the least',
      expect: { cooldownMsAfter: [1000, 0] },
    },
    '429-http-date-default': {
      why: 'a date is read as RFC 9110 has it, and then stands under the cap',
      expect: { cooldownMsAfter: [3_600_000, 0] },
    },
    '429-fractional-seconds-default': { why: 'a fraction is read', expect: { cooldownMsAfter: [1500, 0] } },
    '429-huge-seconds-uncapped': {
      why: 'one wrong header must not bench a key for a day',
      expect: { cooldownMsAfter: [3_600_000, 0] },
    },
    'exhausted-single-key-429': {
      why: 'the only way is never benched, so the upstream’s own words go through',
      expect: { bodySource: 'upstream', finalErrorCode: undefined },
    },
    'mark-401-over-shorter-429-changes-reason': {
      why: 'the only way is asked although it cools down',
      expect: ASKED_ALL_THE_SAME,
    },
    'mark-429-under-longer-401-keeps-reason': {
      why: 'the only way is asked although it cools down',
      expect: ASKED_ALL_THE_SAME,
    },
    're-mark-after-lapse-counts-second-transition': {
      why: 'the only way is never benched, so the upstream’s own words go through',
      expect: { bodySource: 'upstream', finalErrorCode: undefined },
      then: { bodySource: 'upstream', finalErrorCode: undefined },
    },
    'construct-no-keys': {
      why: 'an upstream on this machine may take no key, and is asked without one',
      expect: { attempts: [-1], upstreamCalls: 1, upstreamAuth: [{}], finalStatus: 200, constructError: undefined },
    },
    '401-then-success-seed-permanent': {
      why: NOT_FOR_EVER,
      expect: { keyStatesAfter: ['temporary', 'valid'] },
    },
    '401-never-recovers-seed': {
      why: NOT_FOR_EVER,
      expect: { keyStatesAfter: ['temporary', 'valid'] },
      then: { attempts: [0], keyStatesAfter: ['valid', 'valid'] },
    },
    'permanent-primary-skipped-seed': {
      why: NOT_FOR_EVER,
      expect: { keyStatesAfter: ['temporary', 'valid'] },
    },
    'exhausted-mixed-permanent-temporary-seed': {
      why: NOT_FOR_EVER,
      expect: { keyStatesAfter: ['temporary', 'temporary'] },
    },
    'exhausted-all-403-seed': {
      why: NOT_THE_KEY,
      expect: {
        attempts: [0],
        finalStatus: 403,
        finalErrorType: 'permission_error',
        finalErrorCode: undefined,
        bodySource: 'upstream',
        keyStatesAfter: ['valid', 'valid'],
      },
    },
    'exhausted-403-and-429-seed': {
      why: NOT_THE_KEY,
      expect: {
        attempts: [0],
        finalStatus: 403,
        finalErrorType: 'permission_error',
        finalErrorCode: undefined,
        retryAfterSeconds: undefined,
        bodySource: 'upstream',
        keyStatesAfter: ['valid', 'valid', 'valid'],
      },
    },
  };

/** A key that was refused for good, in the seed's eyes, is one that was refused a moment ago in ours. */
const UNAUTHORIZED_MS = 60_000;

const GOOD: Answer = { status: 200, headers: {}, body: {} };

/** A pool and the machine before it, with one account. */
class Bench {
  readonly pool = new KeyPool();
  readonly #candidate;
  readonly #provider: Vector['provider'];
  now = NOW;
  /** How often a key went from ready to cooling. */
  transitions = 0;

  constructor(vector: Vector) {
    this.#candidate = candidateOf('a', vector.keys);
    this.#provider = vector.provider;
    for (const [index, { state, remainingMs = 0, reason = 'rate_limited' }] of (vector.preState ?? []).entries())
      if (state === 'temporary') this.#mark(index, reason, remainingMs);
      else if (state === 'permanent') this.#mark(index, 'unauthorized', UNAUTHORIZED_MS);
    for (const { key, status, cooldownMs } of vector.preMarks ?? [])
      this.#mark(key, status === 401 ? 'unauthorized' : 'rate_limited', cooldownMs);
  }

  /** One turn; a turn whose answer calls a tool of the gateway goes on with a further request. */
  turn(script: readonly Answer[]): Expected {
    const answers = [...script];
    const attempts: number[] = [];
    for (;;) {
      const before = answers.length;
      const end = this.#request(answers, attempts);
      if (end.last?.injectedToolCall === true && before > 0) continue;
      const upstreamAuth = attempts.map((index) => this.#credentials(index));
      return { ...end.told, attempts, upstreamCalls: attempts.length, upstreamAuth };
    }
  }

  #request(answers: Answer[], attempts: number[]): { told: Expected; last: Answer | null } {
    const { model, secrets } = this.#candidate;
    const failover = new Failover([this.#candidate], {
      pool: this.pool,
      now: () => this.now,
      onCooldown: () => undefined,
    });
    let last: Answer | null = null;
    for (;;) {
      // Whoever tries a key that has cooled down keeps it from the others meanwhile.
      const before = secrets.map((_, index) => this.#state(index));
      const step = failover.next();
      switch (step.kind) {
        case 'try': {
          const index = secrets.findIndex((secret) => secret === step.way.secret);
          attempts.push(index);
          last = answers.shift() ?? GOOD;
          const { status, headers, body } = last;
          const said = readErrorSaid(Buffer.from(JSON.stringify(body)));
          const fault = status < 400 ? null : faultOfStatus(status, (name) => headers[name], said, this.now, model);
          failover.ended(
            fault === null ? { kind: 'answered', firstToken: null, responseId: null } : { kind: 'fault', fault },
          );
          if (before[index] === 'valid' && this.#state(index) !== 'valid') this.transitions += 1;
          if (fault === null) return { told: upstreams(last), last };
          break;
        }
        case 'pass_on':
          return { told: last === null ? {} : upstreams(last), last };
        case 'exhausted': {
          const { status, type, code, retryAfter } = exhaustedError(step.reason, step.retryAfter);
          const told = { finalStatus: status, finalErrorType: type, finalErrorCode: code, bodySource: 'gateway' };
          return { told: retryAfter === undefined ? told : { ...told, retryAfterSeconds: retryAfter }, last: null };
        }
        case 'wait':
        case 'renew':
          throw new Error('an account without a limit is never waited for, and a key is never renewed');
      }
    }
  }

  /** As the vectors tell of a pool. */
  get after(): Expected {
    return {
      transitions: this.transitions,
      keyStatesAfter: this.#candidate.secrets.map((_, index) => this.#state(index)),
      cooldownMsAfter: this.#candidate.secrets.map(({ fingerprint }) => {
        const state = this.pool.state(fingerprint, '', this.now);
        return state.state === 'ready' ? 0 : state.until - this.now;
      }),
    };
  }

  /** The headers by which an attempt's key goes up. */
  #credentials(index: number): Readonly<Record<string, string>> {
    const key = this.#candidate.secrets[index]?.value ?? null;
    const flat = headersUp([], { key, judged: { name: '', value: null }, anthropic: this.#provider === 'anthropic' });
    const at = flat.findIndex((name) => name === 'authorization' || name === 'x-api-key');
    return at === -1 ? {} : { [flat[at] ?? '']: flat[at + 1] ?? '' };
  }

  #mark(index: number, reason: CooldownReason, milliseconds: number): void {
    const wasReady = this.#state(index) === 'valid';
    const { fingerprint } = this.#candidate.secrets[index] ?? { fingerprint: '' };
    this.pool.mark({ fingerprint, model: null, reason, until: this.now + milliseconds }, this.now);
    if (wasReady) this.transitions += 1;
  }

  #state(index: number): string {
    const { fingerprint } = this.#candidate.secrets[index] ?? { fingerprint: '' };
    return this.pool.state(fingerprint, this.#candidate.model, this.now).state === 'ready' ? 'valid' : 'temporary';
  }
}

function upstreams({ status, headers, body }: Answer): Expected {
  const { error } = body as { readonly error?: { readonly type?: string } };
  const after = headers['retry-after'];
  return {
    finalStatus: status,
    bodySource: 'upstream',
    ...(error?.type === undefined ? {} : { finalErrorType: error.type }),
    ...(after === undefined ? {} : { retryAfterSeconds: Number(after) }),
  };
}

/** What of a vector is about this machine; the bytes of bodies are the corridor's. */
function wanted(expected: Expected): Expected {
  const known = Object.entries(expected).filter(([name, value]) => value !== undefined && name !== 'upstreamBodies');
  const told: Expected = Object.fromEntries(known);
  // The catalogue has a code of its own for that.
  if (told.finalErrorCode === 'server_error') return { ...told, finalErrorCode: 'keys_unauthorized' };
  // The gateway's own edits of an answer are not the pool's.
  return told.bodySource === 'upstream-edited' ? { ...told, bodySource: 'upstream' } : told;
}

const POOLED = VECTORS.filter(({ request }) => !request.byok);
const BROUGHT = VECTORS.filter(({ request }) => request.byok);

describe('the vectors of the pool', () => {
  test.each(POOLED.map((vector) => [vector.name, vector] as const))('%s', (name, vector) => {
    const bench = new Bench(vector);
    const better = BETTER[name];
    // A vector without a request only asks the pool.
    const told = bench.turn(vector.upstreamScript);
    expect({ ...told, ...bench.after }).toMatchObject(wanted({ ...vector.expect, ...better?.expect }));
    for (const { advanceMs = 0, upstreamScript, expect: later } of vector.followUps ?? []) {
      bench.now += advanceMs;
      const then = bench.turn(upstreamScript);
      expect({ ...then, ...bench.after }).toMatchObject(wanted({ ...later, ...better?.then }));
    }
  });

  test('are all there, and each that ours does better is one of them', () => {
    const count = (era: Vector['era'], vectors: readonly Vector[]): number =>
      vectors.filter((vector) => vector.era === era).length;
    expect([count('new', POOLED), count('new', BROUGHT)]).toEqual([46, 2]);
    expect([count('seed', POOLED), count('seed', BROUGHT)]).toEqual([6, 1]);
    const names = new Set(POOLED.map(({ name }) => name));
    for (const [name, { why }] of Object.entries(BETTER))
      expect([names.has(name), why.length > 10], name).toEqual([true, true]);
  });
});

/** The pool has no part in these, so they are run by the whole gateway, which asks for the local key beside the tool's own. */
describe('the vectors of a key that the tool has brought', () => {
  let lab: Lab;

  afterEach(() => lab.close());

  test.each(BROUGHT.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const { provider, keys, request, upstreamScript } = vector;
    const environment = Object.fromEntries(keys.map((key, index) => [`KEY_${index}`, key]));
    lab = await startLab({
      account: { provider, keys: Object.keys(environment).map((env) => ({ env })) },
      settings: { gateway: { ownKeys: [provider] } },
      upstream: { keys: [...keys, 'user-own-secret'] },
      runtime: { environment },
    });
    for (const { status, headers, body } of upstreamScript) {
      const bytes = JSON.stringify(body);
      lab.upstream.next(
        status === 200 ? { kind: 'answer', headers, body: bytes } : { kind: 'error', status, headers, body: bytes },
      );
    }
    const answer = await send(lab.origin, {
      headers: { authorization: undefined, ...request.headers, 'x-tiergate-key': LOCAL_KEY },
      ...(provider === 'anthropic' ? { path: '/v1/messages', body: MESSAGE } : {}),
    });
    const { requests } = lab.upstream;
    const asked = requests.map((one) => ({
      ...one.header('authorization').map((value) => ({ authorization: value }))[0],
      ...one.header('x-api-key').map((value) => ({ 'x-api-key': value }))[0],
    }));
    const [{ body } = GOOD] = upstreamScript;
    const { error } = JSON.parse(answer.text) as { readonly error?: { readonly type?: string } };
    const [account] = lab.gateway.runtime.status().accounts;
    expect({
      attempts: asked.flatMap((credentials) => {
        const index = keys.findIndex((key) => JSON.stringify(credentials).includes(key));
        return index === -1 ? [] : [index];
      }),
      finalStatus: answer.status,
      finalErrorType: error?.type,
      bodySource: answer.text === JSON.stringify(body) ? 'upstream' : 'gateway',
      upstreamCalls: requests.length,
      upstreamAuth: asked,
      keyStatesAfter: account?.keys.map(({ state }) => (state === 'ready' ? 'valid' : state)),
    }).toMatchObject(wanted(vector.expect));
  });
});

const MESSAGE = { model: 'claude-opus-5', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };

test('an account whose keys are named but not there is no account without one: the turn is refused before it is sent', async () => {
  const account = AccountSchema.parse({
    id: 'a',
    provider: 'openai',
    kind: 'apikey',
    baseUrl: 'https://provider.invalid/v1',
    keys: [{ env: 'NOT_THERE' }],
  });
  const accounts = new Accounts({
    readSecret: () => Promise.resolve({ problem: say('key_variable', { name: 'NOT_THERE' }) }),
    sandboxUrl: () => '',
    changed: () => undefined,
    now: () => 0,
    after: new FakeTimers().after,
  });
  await accounts.load([account]);
  expect(await accounts.serving('responses', 'gpt-5.5')).toMatchObject({ code: 'key_unavailable' });
});
