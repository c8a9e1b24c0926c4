import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exhaustedError } from '../../src/main/gateway/refusal.ts';
import { Failover } from '../../src/main/upstream/failover.ts';
import { type CooldownReason, faultOfStatus, readErrorSaid } from '../../src/main/upstream/fault.ts';
import { KeyPool } from '../../src/main/upstream/key-pool.ts';
import { candidateOf } from './candidates.ts';

/** The recorded cases of another key pool, run by ours; where ours does better, {@link BETTER} says what and why. */

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
  readonly retryAfterSeconds?: number;
  readonly upstreamCalls?: number;
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
  readonly keys: readonly string[];
  readonly request: { readonly byok: boolean };
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
  bodySource: 'upstream',
  upstreamCalls: 1,
};

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
      expect: { bodySource: 'upstream' },
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
      expect: { bodySource: 'upstream' },
      then: { bodySource: 'upstream' },
    },
  };

const GOOD: Answer = { status: 200, headers: {}, body: {} };

/** A pool and the machine before it, with one account. */
class Bench {
  readonly pool = new KeyPool();
  readonly #candidate;
  now = NOW;
  /** How often a key went from ready to cooling. */
  transitions = 0;

  constructor(vector: Vector) {
    this.#candidate = candidateOf('a', vector.keys);
    for (const [index, { state, remainingMs = 0, reason = 'rate_limited' }] of (vector.preState ?? []).entries())
      if (state === 'temporary') this.#mark(index, reason, remainingMs);
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
      return { ...end.told, attempts, upstreamCalls: attempts.length };
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
          const { status, type, retryAfter } = exhaustedError(step.reason, step.retryAfter);
          const told = { finalStatus: status, finalErrorType: type, bodySource: 'gateway' };
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

/** What of a vector is about this machine; the bytes of bodies and headers are the corridor's. */
function wanted(expected: Expected): Expected {
  const known = Object.entries(expected).filter(
    ([name, value]) => value !== undefined && !/^upstream(?:Bodies|Auth)$|^finalErrorCode$/.test(name),
  );
  const told: Expected = Object.fromEntries(known);
  // The gateway's own edits of an answer are not the pool's.
  return told.bodySource === 'upstream-edited' ? { ...told, bodySource: 'upstream' } : told;
}

const OURS = VECTORS.filter(({ era, keys, request }) => era === 'new' && keys.length > 0 && !request.byok);

describe('the vectors of the new era', () => {
  test.each(OURS.map((vector) => [vector.name, vector] as const))('%s', (name, vector) => {
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
    expect(OURS).toHaveLength(45);
    const names = new Set(OURS.map(({ name }) => name));
    for (const [name, { why }] of Object.entries(BETTER))
      expect([names.has(name), why.length > 10], name).toEqual([true, true]);
  });
});

test('an account without a key is one that takes none, and is asked without', () => {
  const failover = new Failover([candidateOf('local', [])], {
    pool: new KeyPool(),
    now: () => NOW,
    onCooldown: () => undefined,
  });
  expect(failover.next()).toMatchObject({ kind: 'try', way: { secret: null } });
});
