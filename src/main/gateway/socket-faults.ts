import { say } from '../../shared/sentences.ts';
import { type Fault, errorSaidIn, faultOfSessionEvent, isRefusal } from '../upstream/fault.ts';
import type { House } from './house.ts';
import type { Chosen } from './socket-upstream.ts';

/** A turn that an error is about, as far as that is known. */
interface About {
  /** As the upstream knows it. */
  readonly model: string;
  /** True once a part of an answer has come: from there on an upstream that fails is nobody's fault (spec C.8). */
  readonly started: boolean;
}

/**
 * What an upstream's errors within a session say of the key and account it runs over. The session itself stays where it is,
 * since its upstream knows its turns by now; the next one walks past what cools down.
 */
export class SocketFaults {
  readonly #house: House;
  readonly #chosen: () => Chosen;
  readonly #conversation: string | null;

  constructor(house: House, chosen: () => Chosen, conversation: string | null) {
    this.#house = house;
    this.#chosen = chosen;
    this.#conversation = conversation;
  }

  /** An error event, or the event of a turn that has failed; true where key or account are to blame. */
  said(payload: Buffer, { model, started }: About): boolean {
    const { redact, now } = this.#house;
    let document: unknown;
    try {
      document = JSON.parse(payload.toString());
    } catch {
      return false;
    }
    const said = errorSaidIn(document);
    // These become the reason that the window shows.
    const clean = { ...said, type: redact.text(said.type), code: redact.text(said.code) };
    const fault = faultOfSessionEvent(document, clean, now(), model);
    if (fault === null || (started && fault.kind !== 'key')) return false;
    this.found(fault, model);
    return true;
  }

  found(fault: Fault, model: string): void {
    const { ways, sessionsChanged } = this.#house;
    const { secret, load } = this.#chosen();
    const blame = (): void => {
      ways.blame(fault, { secret, load, model });
      sessionsChanged();
    };
    if (secret?.login === undefined || !isRefusal(fault)) blame();
    else void this.#renew(secret, blame);
  }

  /** A turn has ended well, and its account keeps the conversation; milliseconds to its first token, where known. */
  answered(responseId: string, firstToken: number | null): void {
    const candidate = this.#chosen();
    candidate.load.succeeded(firstToken);
    // What a tool's own key was told is nobody else's.
    if (candidate.secret?.brought !== undefined) return;
    this.#house.ways.bind({ session: this.#conversation }, { candidate }, responseId);
  }

  /** A login's token may have ended before its time: only where there is no other is the login to blame. */
  async #renew(secret: NonNullable<Chosen['secret']>, blame: () => void): Promise<void> {
    const { renewLogin, log } = this.#house;
    try {
      if ((await renewLogin(secret)) === null) blame();
    } catch (error) {
      log.error({ error: String(error) }, say('log_login'));
    }
  }
}
