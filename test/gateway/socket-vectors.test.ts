import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AccountSchema } from '../../src/shared/account.ts';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { importSub2api } from '../../src/shared/sub2api.ts';
import { readFrame } from '../../src/main/dialects/client-frame.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { type FrameVerdict, SocketPolicy } from '../../src/main/gateway/socket-policy.ts';

interface Outcome {
  readonly action: 'skip' | 'pass' | 'filter' | 'block';
  readonly outputBytesEqualInput: boolean;
  readonly output?: string;
  readonly outputTier?: string | null;
  readonly billingTier: string | null;
  readonly sessionModelAfter: string;
  readonly error?: { readonly event: { readonly error: { readonly message: string } }; readonly closeReason: string };
}

interface Vector {
  readonly name: string;
  readonly settings: unknown;
  readonly settingsState?: string;
  readonly accountType: 'apikey' | 'oauth';
  readonly accountModelMapping?: Record<string, string>;
  readonly transport: 'http' | 'ws';
  readonly input: string;
  readonly wsFrame?: 'first' | 'later';
  readonly sessionModelBefore?: string;
  readonly billingTierBefore?: string | null;
  readonly expect: Outcome;
}

const read = (name: string): Vector[] =>
  (JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')) as Vector[]).filter(
    ({ transport }) => transport === 'ws',
  );

/** Plays one frame on a session that is in the vector's state. */
function play({ settings, settingsState, accountType, accountModelMapping, ...vector }: Vector): {
  readonly verdict: FrameVerdict;
  readonly session: SocketPolicy;
} {
  const account = AccountSchema.parse({
    id: 'lab',
    provider: 'openai',
    kind: accountType,
    baseUrl: 'https://api.example.com/v1',
    standardTier: 'omit',
    modelMapping: accountModelMapping ?? {},
  });
  const policy = settingsState === undefined ? importSub2api(settings) : DEFAULT_POLICY;
  const session = new SocketPolicy(account, 'lab', vector.wsFrame === 'later' ? (vector.sessionModelBefore ?? '') : '');
  const judge = (text: string): FrameVerdict => {
    const frame = readFrame(Buffer.from(text));
    return isUnread(frame) ? session.refuse(frame) : session.judgeFrame(frame, policy, 0);
  };
  if (vector.wsFrame === 'later') judge('{"type":"response.cancel"}');
  return { verdict: judge(vector.input), session };
}

/** What the bill of the last turn says after the frame; only an accepted `response.create` changes it. */
function billed(verdict: FrameVerdict, before: string | null): string | null {
  return verdict.kind === 'forward' && verdict.turn !== null ? verdict.turn.sentTier : before;
}

const vectors = read('policy.json');

describe('the policy vectors for frames', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(24);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (name, vector) => {
    const { verdict, session } = play(vector);
    const wanted = vector.expect;
    expect(session.model).toBe(wanted.sessionModelAfter);
    if (wanted.action === 'block') {
      expect(verdict).toMatchObject({ kind: 'block', decision: { message: wanted.error?.event.error.message } });
      return;
    }
    if (verdict.kind !== 'forward') throw new Error(`not forwarded: ${verdict.kind}`);
    const judged = verdict.turn?.verdict.action ?? 'pass';
    expect(judged).toBe(wanted.action === 'skip' ? 'pass' : wanted.action);
    const expected = wanted.outputBytesEqualInput ? vector.input : (wanted.output ?? '');
    // The door maps a model wherever it stands; the vector shows what the seed's policy alone does.
    const mapped = name === 'session/update-maps' ? expected.replace('my-alias', 'lab-x') : expected;
    expect(verdict.bytes.toString()).toBe(mapped);
    // `auto` is a tier here, where the seed knew none.
    const bill = name === 'ws/unrecognised-tier-clears-billing' ? 'auto' : wanted.billingTier;
    expect(billed(verdict, vector.billingTierBefore ?? null)).toBe(bill);
  });
});

/** What the design answers where the vectors pin a weakness of the seed. */
type Answer =
  { readonly refused: string } | { readonly sends: string; readonly model: string; readonly turn: 'filter' | null };

const DESIGN: Readonly<Record<string, Answer>> = {
  'ws/truncated-json-untouched': { refused: 'frame_invalid' },
  'ws/binary-not-policed': { sends: '{"type":"response.create","model":"lab-x"}', model: 'lab-x', turn: 'filter' },
  'session/first-frame-update-captures-toplevel': {
    sends: '{"type":"session.update","model":"zed","session":{"model":"lab-x"}}',
    model: 'lab-x',
    turn: null,
  },
  'session/first-frame-other-type-sets-billing': {
    sends: '{"type":"session.update","model":"lab-x"}',
    model: 'lab-x',
    turn: null,
  },
  'session/numeric-session-model': {
    sends: '{"type":"session.update","session":{"model":5}}',
    model: 'zed',
    turn: null,
  },
  'ws/duplicate-key-flex-first': { refused: 'member_repeated' },
  'ws/duplicate-type': { refused: 'member_repeated' },
  'session/update-with-tier-untouched': { sends: '{"type":"session.update","session":{}}', model: 'lab-x', turn: null },
};

const weak = read('policy-weak-spots.json');

describe('the weak spots of the seed, answered as the design says', () => {
  it('are all there', () => {
    expect(weak.map(({ name }) => name)).toEqual(Object.keys(DESIGN));
  });

  it.each(weak.map((vector) => [vector.name, vector] as const))('%s', (name, vector) => {
    const answer = DESIGN[name];
    if (answer === undefined) throw new Error('the design has no answer');
    const { verdict, session } = play(vector);
    if ('refused' in answer) {
      expect(verdict).toMatchObject({ kind: 'refuse', error: { code: answer.refused, status: 400 } });
      expect(session.dead).toBe(true);
      return;
    }
    if (verdict.kind !== 'forward') throw new Error(`not forwarded: ${verdict.kind}`);
    expect(verdict.bytes.toString()).toBe(answer.sends);
    expect(session.model).toBe(answer.model);
    expect(verdict.turn?.verdict.action ?? null).toBe(answer.turn);
  });
});
