import type { Refusal } from '../../fakes/upstream-socket.ts';
import type { Script } from '../../fakes/provider-script.ts';

/** How a tool speaks to the gateway. */
export type Transport = 'JSON' | 'SSE' | 'WebSocket';

/** Whom a fault blames, as somebody reads it who knows providers; `nothing` goes on to no other way. */
export type Blames = 'key' | 'account' | 'encrypted' | 'nothing';

/** What an upstream does to one attempt. */
export type Strike =
  /** Over HTTP. */
  | { readonly kind: 'script'; readonly script: Script }
  /** To a handshake. */
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  /** To the turn of a session that has been opened: these events, and then the end where `cut`. */
  | { readonly kind: 'events'; readonly events: readonly object[]; readonly cut: boolean }
  /** Nobody listens. */
  | { readonly kind: 'dead' }
  /** The request is taken and never answered. */
  | { readonly kind: 'silence' };

/** One fault of an upstream. */
export interface UpstreamFault {
  readonly name: string;
  readonly blames: Blames;
  /** Its answer tells that the key is wrong, so that with no other one the tool hears of that. */
  readonly unauthorized?: boolean;
  /** Seconds for which the key is out. */
  readonly cooldown?: number;
  readonly over: Readonly<Partial<Record<Transport, Strike>>>;
  /** Where sessions differ from requests. */
  readonly blamesInSession?: Blames;
}

/** The moment at which every test of the matrix begins. */
export const BEGAN = Date.parse('2026-11-24T21:00:00Z');
