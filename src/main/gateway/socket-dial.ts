import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import type { Failover, Way } from '../upstream/failover.ts';
import { type Fault, faultOfConnection, faultOfStatus, faultWord, readErrorSaid } from '../upstream/fault.ts';
import { headerIn } from '../upstream/headers.ts';
import { costsMoneyInstead } from './dearer.ts';
import type { Handshake } from './socket-handshake.ts';
import { exhaustedError } from './refusal.ts';
import type { Chosen, DialFailure, FailedDial, OpenedUpstream } from './socket-upstream.ts';

/** How the dials of one session ended. */
export type Dialled =
  | { readonly kind: 'open'; readonly chosen: Chosen; readonly opened: OpenedUpstream }
  /** The last upstream that was asked would not have the session. */
  | { readonly kind: 'failed'; readonly chosen: Chosen; readonly failure: DialFailure }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** Dials from way to way until an upstream takes the session; the machine is the same as for HTTP turns. */
export async function dialWays(
  handshake: Handshake,
  model: string | null,
  now: () => number,
  signal?: AbortSignal,
): Promise<Dialled> {
  const opening = handshake.ways(model);
  const failover = opening instanceof Promise ? await opening : opening;
  if ('code' in failover) return { kind: 'refused', error: failover };
  try {
    return await dialNext(handshake, failover, now, signal);
  } finally {
    // A session holds a slot while a turn is under way, not while it is open.
    failover.release();
  }
}

async function dialNext(
  handshake: Handshake,
  failover: Failover,
  now: () => number,
  signal: AbortSignal | undefined,
): Promise<Dialled> {
  let last: Dialled | null = null;
  // Also where its keys cool down and it is not asked at all.
  const home = failover.home?.ready.account ?? null;
  const failed: FailedDial[] = [];
  for (;;) {
    const step = failover.next();
    switch (step.kind) {
      case 'wait':
        // Nothing is asked of the account yet; its turns wait, not its sessions.
        failover.seat(step.candidate, () => undefined);
        break;
      case 'renew':
        failover.renewed(await handshake.renew(step.secret));
        if (signal?.aborted === true && last !== null) return last;
        break;
      case 'pass_on':
        return last ?? { kind: 'refused', error: gatewayError('account_missing') };
      case 'exhausted':
        return { kind: 'refused', error: exhaustedError(step.reason, step.retryAfter) };
      case 'try': {
        const { account } = step.way.candidate.ready;
        if (home !== null && costsMoneyInstead(home, account)) {
          failover.ended({ kind: 'left' });
          failover.skip();
          break;
        }
        const chosen = chosenOf(step.way, [...failed]);
        const startedAt = now();
        const opened = await handshake.open(chosen, signal);
        if ('code' in opened && 'message' in opened) {
          failover.ended({ kind: 'left' });
          return { kind: 'refused', error: opened };
        }
        if (!('kind' in opened)) {
          // Where nothing was asked yet, nothing is known.
          const isAsked = opened.request !== null;
          failover.ended(isAsked ? { kind: 'answered', firstToken: null, responseId: null } : { kind: 'left' });
          if (chosen.secret?.login !== undefined) chosen.load.headersSeen(headerIn(opened.rawHeaders), now());
          return { kind: 'open', chosen, opened };
        }
        last = { kind: 'failed', chosen, failure: opened };
        const fault = faultOfDial(opened, step.way.candidate.model, now());
        if (signal?.aborted === true) {
          failover.ended({ kind: 'left' });
          return last;
        }
        if (fault === null) {
          failover.ended({ kind: 'answered', firstToken: null, responseId: null });
          return last;
        }
        failover.ended({ kind: 'fault', fault });
        failed.push({
          attempt: {
            account: account.id,
            keyFingerprint: chosen.secret?.fingerprint ?? null,
            startedAt,
            sentTier: null,
            status: opened.kind === 'refused' ? opened.status : null,
            error: faultWord(fault),
          },
          dump: handshake.dumped(opened, account),
        });
      }
    }
  }
}

function chosenOf({ candidate, secret }: Way, failed: readonly FailedDial[]): Chosen {
  return { ready: candidate.ready, secret, load: candidate.load, failed };
}

function faultOfDial(failure: DialFailure, model: string, now: number): Fault | null {
  switch (failure.kind) {
    case 'timeout':
      return faultOfConnection('timeout');
    case 'unreachable':
      return faultOfConnection(failure.code);
    case 'refused':
      return faultOfStatus(failure.status, headerIn(failure.rawHeaders), readErrorSaid(failure.body), now, model);
  }
}
