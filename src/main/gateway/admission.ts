import type { IncomingMessage } from 'node:http';
import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { KeyCheck, type KnownCaller, isLoopback, refuseForeign } from './guard.ts';
import type { House } from './house.ts';

/** Who may come in: where a request may come from, and which tool its local key is of. */
export class Admission {
  /** Whether the local network is let in as well. */
  lan = false;
  readonly #house: Pick<House, 'settings' | 'redact'>;
  readonly #keys = new KeyCheck();

  constructor(house: Pick<House, 'settings' | 'redact'>) {
    this.#house = house;
  }

  /** Why a request's origin is refused; the window and the commands are this machine's own, whoever knows what of them. */
  foreign(request: IncomingMessage, isControl: boolean): GatewayError | null {
    if (!this.lan) return refuseForeign(request, isControl);
    const { localAddress = null, remoteAddress } = request.socket;
    if (isControl && !isLoopback(remoteAddress)) return gatewayError('control_local_only');
    return refuseForeign(request, isControl, isControl ? null : localAddress);
  }

  /** The tool that asks, or why it is not known. */
  caller(request: IncomingMessage): KnownCaller | GatewayError {
    const caller = this.#keys.caller(request, this.#house.settings().tools, request.socket);
    // Before anything else can be said of the key.
    if (!('code' in caller) && caller.own !== null)
      for (const key of [caller.own.bearer, caller.own.apiKey])
        if (key !== null) this.#house.redact.protectBrought(key);
    return caller;
  }
}
