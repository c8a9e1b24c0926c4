/** The body a provider sends with an error status; a key given is quoted in full, as careless providers do. */
export function errorBody(status: number, quotedKey: string | null): string {
  const { message, type, code } = ERRORS[status] ?? { message: `Status ${status}.`, type: 'server_error', code: null };
  const quote = quotedKey === null ? '' : ` Incorrect API key provided: ${quotedKey}.`;
  return JSON.stringify({ error: { message: message + quote, type, param: null, code } }, null, 2);
}

interface ProviderError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

const ERRORS: Readonly<Record<number, ProviderError>> = {
  400: {
    message: 'We could not parse the JSON body of your request.',
    type: 'invalid_request_error',
    code: null,
  },
  401: {
    message: 'Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  },
  403: {
    message: 'You do not have access to this model.',
    type: 'invalid_request_error',
    code: 'model_not_found',
  },
  404: { message: 'Invalid URL', type: 'invalid_request_error', code: null },
  429: {
    message: 'Rate limit reached for requests. Please try again in 20s.',
    type: 'requests',
    code: 'rate_limit_exceeded',
  },
  500: {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    code: null,
  },
  503: {
    message: 'The engine is currently overloaded, please try again later.',
    type: 'service_unavailable_error',
    code: null,
  },
};
