import type { GatewayError } from '../../shared/errors.ts';

/** The names that Anthropic's tools know for what the catalogue calls otherwise. */
const TYPES: Readonly<Record<string, string>> = { upstream_error: 'api_error' };
const BY_CODE: Readonly<Record<string, string>> = {
  policy_violation: 'forbidden_error',
  body_too_large: 'request_too_large',
  upstream_timeout: 'timeout_error',
};

/** An error in Anthropic's envelope, as JSON text. */
export function anthropicError({ code, type, message }: GatewayError): string {
  return JSON.stringify({
    type: 'error',
    error: { type: BY_CODE[code] ?? TYPES[type] ?? type, message, code },
  });
}

/** The same as the last event of a stream that has begun. */
export function anthropicErrorEvent(error: GatewayError): string {
  return `event: error\ndata: ${anthropicError(error)}\n\n`;
}

/** Anthropic's name for what an HTTP status says. */
export function anthropicTypeOf(status: number): string {
  switch (status) {
    case 400:
    case 405:
    case 415:
    case 422:
      return 'invalid_request_error';
    case 401:
      return 'authentication_error';
    case 402:
      return 'billing_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 504:
      return 'timeout_error';
    case 529:
      return 'overloaded_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}
