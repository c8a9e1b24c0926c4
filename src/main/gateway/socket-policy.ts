import type { Account } from '../../shared/account.ts';
import { isCodexLogin, tiersTakenBy } from '../../shared/codex.ts';
import type { GatewayError } from '../../shared/errors.ts';
import { trimSpace } from '../../shared/fold.ts';
import { isClosed } from '../../shared/limits.ts';
import { mapModel } from '../../shared/model.ts';
import type { Policy } from '../../shared/policy.ts';
import { type ClientFrame, readFrame } from '../dialects/client-frame.ts';
import { codexBody } from '../dialects/codex-body.ts';
import { type Unread, isUnread } from '../dialects/dialect.ts';
import { applyEdits, removeMembers, replaceValue } from '../envelope/edit.ts';
import type { Occurrence } from '../envelope/scan.ts';
import { type Block, Forward, decide } from './decide.ts';

/** The account a session's frames go to, as far as the door looks at it. */
type SessionAccount = Pick<Account, 'provider' | 'kind' | 'baseUrl' | 'standardTier' | 'modelMapping'> &
  Partial<Pick<Account, 'sockets'>>;

/** The frame may go: these bytes leave the machine, and `turn` is set when they ask for a turn. */
interface FrameForward {
  readonly kind: 'forward';
  readonly frame: ClientFrame;
  readonly bytes: Buffer;
  readonly turn: Forward | null;
}

/** The frame may not go, and the session is over. */
interface FrameBlock {
  readonly kind: 'block';
  readonly frame: ClientFrame;
  readonly decision: Block;
}

/** The frame cannot be judged, so it may not go either, and the session is over. */
export interface FrameRefusal extends Unread {
  readonly kind: 'refuse';
}

/** A model that a frame is judged by, and whether the account's mapping has been applied to it. */
interface JudgedModel {
  readonly model: string;
  readonly mapped: boolean;
}

const SEVERITY = { pass: 0, force: 1, filter: 2, block: 3 } as const;

/** What is done with one message of a tool. */
export type FrameVerdict = FrameForward | FrameBlock | FrameRefusal | { readonly kind: 'dead' };

/**
 * What a WebSocket session remembers for its judgements: the session's model, and whether it is over. Frames are judged in
 * their order, and after a block or a refusal nothing of the session goes up any more.
 */
export class SocketPolicy {
  readonly #tool: string;
  readonly #isRealtime: boolean;
  readonly #isCodex: boolean;
  #account: SessionAccount;
  #model: string;
  /** True when the upstream named the session's model, so that the account's mapping has been applied already. */
  #upstreamSaid = false;
  /** The model a Realtime connection runs until the upstream names another, whatever its frames say; else null. */
  #running: JudgedModel | null = null;
  /** The model that a turn named last: an upstream may go on with it where the next one names none. */
  #last: string | null = null;
  #first = true;
  #dead = false;

  constructor(
    account: SessionAccount,
    tool: string,
    model = '',
    dialect: 'responses' | 'realtime' = 'responses',
    isCodex = false,
  ) {
    this.#account = account;
    this.#isCodex = isCodex;
    this.#tool = tool;
    this.#model = model;
    if (dialect === 'realtime' && model !== '') this.#running = { model, mapped: false };
    this.#isRealtime = dialect === 'realtime';
  }

  /** The session's model as the upstream sees it; empty while none is known. */
  get model(): string {
    return this.#upstreamView({ model: this.#model, mapped: this.#upstreamSaid });
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** The session goes on with another account, before anything was sent. */
  moveTo(account: SessionAccount): void {
    this.#account = account;
  }

  /** Ends the session for a reason found elsewhere. */
  kill(): void {
    this.#dead = true;
  }

  /** The upstream has said which model the session runs. */
  upstreamModel(model: string | null): void {
    const named = trimSpace(model ?? '');
    if (named === '') return;
    this.#model = named;
    this.#upstreamSaid = true;
    if (this.#isRealtime) this.#running = { model: named, mapped: true };
  }

  /** Ends the session over a frame that cannot be judged. */
  refuse(unread: Unread): FrameRefusal {
    this.#dead = true;
    return { kind: 'refuse', ...unread };
  }

  /** Ends the session over a frame that was read but cannot be served. */
  refuseFrame(frame: ClientFrame, error: GatewayError): FrameRefusal {
    return this.refuse({ error, model: frame.asked.model ?? frame.model, tier: frame.tiers[0]?.said.text ?? null });
  }

  /** Judges one message with the policy of this moment. */
  judgeFrame(read: ClientFrame, policy: Policy, now: number): FrameVerdict {
    if (this.#dead) return { kind: 'dead' };
    const frame = this.#fit(read);
    if (isUnread(frame)) return this.refuse(frame);
    this.#remember(frame);
    const decision = this.#decide(frame, policy, now);
    if (decision === null) return { kind: 'forward', frame, bytes: this.#mapped(frame), turn: null };
    if (decision.kind === 'block') {
      this.#dead = true;
      return { kind: 'block', frame, decision };
    }
    if (frame.kind === 'update') return { kind: 'forward', frame, bytes: withoutTiers(decision.bytes), turn: null };
    if (frame.kind === 'create') this.#last = frame.asked.model ?? this.#last;
    return { kind: 'forward', frame, bytes: decision.bytes, turn: frame.kind === 'create' ? decision : null };
  }

  /** A turn as ChatGPT's backend takes it, where it is for that; before the door, so that what is judged is what leaves. */
  #fit(frame: ClientFrame): ClientFrame | Unread {
    if (frame.kind !== 'create' || !isCodexLogin(this.#account)) return frame;
    const { bytes } = codexBody(frame.bytes, { kind: 'frame', isCodex: this.#isCodex });
    return bytes === frame.bytes ? frame : readFrame(bytes);
  }

  /** The state moves before the judgement, so that a frame cannot be judged by what it is about to change. */
  #remember(frame: ClientFrame): void {
    if (this.#first && frame.model !== null) this.#rename(frame.model);
    this.#first = false;
    if (frame.kind === 'update' && frame.asked.model !== null) this.#rename(frame.asked.model);
  }

  #rename(model: string): void {
    this.#model = trimSpace(model);
    this.#upstreamSaid = false;
  }

  /** The door's answer; null where nothing is asked of it. */
  #decide(frame: ClientFrame, policy: Policy, now: number): Forward | Block | null {
    // An update asks for no turn: only a tier that it does name is judged, never the lack of one.
    const names = frame.tiers.some(({ said }) => said.lenient !== 'missing' && said.lenient !== 'none');
    // A Realtime upstream begins turns by itself, from what any frame brings.
    const anyMayBegin = this.#isRealtime && isClosed(policy, this.#tool);
    if (frame.kind !== 'create' && !(frame.kind === 'update' && names) && !anyMayBegin) return null;
    const { model, members } = frame.asked;
    const session = { model: this.#model, mapped: this.#upstreamSaid };
    const ask = ({ bytes, envelope, tiers }: ClientFrame, by: JudgedModel, modelMembers: readonly Occurrence[]) =>
      decide({
        asked: {
          bytes,
          envelope,
          model: by.model,
          modelMembers,
          otherModels: [],
          tiers,
          spells: 'service_tier',
          stream: true,
          additions: [],
        },
        routingHint: null,
        account: by.mapped ? { ...this.#account, modelMapping: {} } : this.#account,
        takes: tiersTakenBy(this.#account),
        policy,
        tool: this.#tool,
        now,
      });
    let decision = ask(frame, model === null ? session : { model, mapped: false }, members);
    // Where the upstream may run another model than the frame says, that model's rules hold as well.
    const others = [
      ...(frame.kind === 'create' && frame.model === null && model !== null ? [session] : []),
      ...(this.#running === null ? [] : [this.#running]),
      // A bridged turn's request names the model that it was judged by.
      ...(model === null && this.#last !== null && this.#account.sockets !== 'http_bridge'
        ? [{ model: this.#last, mapped: false }]
        : []),
    ];
    for (const other of others) {
      if (decision.kind === 'block') return decision;
      if (other.model === '' || this.#upstreamView(other) === decision.upstreamModel) continue;
      const left = readFrame(decision.bytes);
      if (isUnread(left)) throw new TypeError('the door made a frame unreadable');
      const again = ask(left, other, []);
      if (SEVERITY[again.verdict.action] <= SEVERITY[decision.verdict.action]) continue;
      const { requestedTier, upstreamModel } = decision;
      const judged = { verdict: again.verdict, requestedTier, upstreamModel };
      decision = again.kind === 'block' ? { ...again, ...judged } : new Forward(judged, again);
    }
    return decision;
  }

  #upstreamView({ model, mapped }: JudgedModel): string {
    return mapped ? model : (mapModel(this.#account.modelMapping, model) ?? model);
  }

  /** An update's model is mapped as a turn's is; every other frame goes as it came. */
  #mapped({ kind, bytes, asked }: ClientFrame): Buffer {
    const upstream = asked.model === null ? null : mapModel(this.#account.modelMapping, asked.model);
    if (kind !== 'update' || upstream === null || upstream === asked.model) return bytes;
    return applyEdits(
      bytes,
      asked.members.map((member) => replaceValue(member, upstream)),
    );
  }
}

/**
 * Takes every tier out of a session's settings, also where a rule lets it pass. An upstream that kept it would run later
 * turns at it that name none, whatever the rule for their model, or the policy by then, says; each turn names its own.
 */
function withoutTiers(bytes: Buffer): Buffer {
  const left = readFrame(bytes);
  if (isUnread(left)) throw new TypeError('the door made a frame unreadable');
  const members = left.tiers.filter(({ said }) => said.lenient !== 'none').flatMap((place) => place.members);
  return applyEdits(bytes, removeMembers(members));
}
