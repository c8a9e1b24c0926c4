import type { Attempt } from '../../shared/turn.ts';
import type { Secret } from '../secrets/secret.ts';
import type { AccountLoad } from '../upstream/account-load.ts';
import type { ReadyAccount } from '../upstream/accounts.ts';
import { type DialOptions, type DialRequest, type DialResult, dial } from '../upstream/dial.ts';
import type { DumpedDial } from '../upstream/dump-session.ts';
import { FrameLink, type LinkListener, type UpstreamLink } from '../upstream/frame-link.ts';
import { dialDeflated } from '../upstream/frame-deflated.ts';

/** A dial that failed before a session stood. */
export interface FailedDial {
  readonly attempt: Attempt;
  /** Null where it is not written down. */
  readonly dump: DumpedDial | null;
}

/** An account with the key it is asked with, and how it does. */
export interface Chosen {
  readonly ready: ReadyAccount;
  readonly secret: Secret | null;
  readonly load: AccountLoad;
  /** The dials that failed before it was chosen. */
  readonly failed: readonly FailedDial[];
}

/** An upstream that is ready for a session, and silent until one is attached. */
export interface OpenedUpstream {
  /** How it was dialled; null where it was not. */
  readonly request: DialRequest | null;
  /** What it said at the handshake; empty where there was none. */
  readonly rawHeaders: readonly string[];
  readonly protocol: string | null;
  /** With `wholly` messages are handed on piece by piece instead of the bytes of their frames. */
  attach(listener: LinkListener, wholly: boolean): UpstreamLink;
  /** Lets go of one that no session wants any more. */
  destroy(): void;
}

/** How an upstream can fail to open, and how it was asked to. */
export type DialFailure = Exclude<DialResult, { kind: 'open' }> & { readonly request: DialRequest };

/** Dials an account's upstream, compressed where the account says so. */
export async function openRelay(
  { ready: { account } }: Chosen,
  request: DialRequest,
  options: DialOptions,
): Promise<OpenedUpstream | DialFailure> {
  if (account.compressSockets) return { ...(await dialDeflated(request, options)), request };
  const result = await dial(request, options);
  if (result.kind !== 'open') return { ...result, request };
  return {
    request,
    rawHeaders: result.rawHeaders,
    protocol: result.protocol,
    attach: (listener, wholly) => new FrameLink(result, listener, options.after, wholly),
    destroy: () => result.socket.destroy(),
  };
}
