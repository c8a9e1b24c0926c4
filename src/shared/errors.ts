import { fillPlaces, type Said } from './sentences.ts';

/** One kind of failure: what the program sees, and what the person should do about it. */
interface CatalogueEntry {
  /** The HTTP status where the failure is an answer; null where it only reaches the person. */
  readonly status: number | null;
  /** The OpenAI `type`; dialects with other names translate it. */
  readonly type:
    | 'invalid_request_error'
    | 'authentication_error'
    | 'permission_error'
    | 'not_found_error'
    | 'rate_limit_error'
    | 'upstream_error'
    | 'api_error'
    | null;
  /** What is said; `{detail}` stands for what is particular to the case. */
  readonly message: string;
  /** Why it happens. */
  readonly cause: string;
  /** What to do. */
  readonly next: string;
}

/** Every failure the product can name, by code; `docs/errors.md` is made from it. */
export const ERRORS = {
  host_refused: {
    status: 403,
    type: 'permission_error',
    message:
      'The Host header must name this machine once (127.0.0.1, localhost or [::1]; with gateway.lan also its address or name in the network).',
    cause:
      'The request names another host, or names one twice. A web page that re-binds its own name to this machine looks like that.',
    next: 'Point the tool at http://127.0.0.1 and the gateway’s port.',
  },
  control_local_only: {
    status: 403,
    type: 'permission_error',
    message: 'The window and its control path are served to this machine alone.',
    cause: 'The request came from the local network, which may use the gateway with a local key and nothing else.',
    next: 'Open the window on the machine that the gateway runs on.',
  },
  origin_refused: {
    status: 403,
    type: 'permission_error',
    message: 'Requests from web pages are refused.',
    cause: 'The request carries an Origin header, or the browser marked it as coming from another site.',
    next: 'Call the gateway from a program, not from a page in a browser.',
  },
  header_repeated: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The header {detail} is there more than once.',
    cause: 'Two readers could take different values from a repeated header.',
    next: 'Send the header once.',
  },
  local_key_missing: {
    status: 401,
    type: 'authentication_error',
    message:
      'Invalid API key: no Tiergate local key was sent. Send it as "Authorization: Bearer tg-…" or as x-api-key; "tiergate tool add NAME" makes one.',
    cause: 'The request has neither an Authorization: Bearer nor an x-api-key header.',
    next: 'Give the tool its local key as API key.',
  },
  local_key_invalid: {
    status: 401,
    type: 'authentication_error',
    message:
      'Invalid API key: this is not a local key of this gateway. Local keys begin with tg-; "tiergate tool add NAME" makes a new one.',
    cause: 'The key belongs to no tool: it was mistyped, revoked, or is a provider’s key.',
    next: 'Make a local key for the tool and use that; provider keys stay with the gateway.',
  },
  tool_limited: {
    status: 429,
    type: 'rate_limit_error',
    message: 'The tool {detail}.',
    cause: 'The tool has used up the turns that the settings give it for a minute, or for one time.',
    next: 'Wait as long as the answer says, or raise the tool’s limits.',
  },
  own_key_refused: {
    status: 403,
    type: 'permission_error',
    message:
      'This request brings a provider key of its own, and that is not allowed for {detail}. Send the local key alone, or add the provider to gateway.ownKeys in the settings.',
    cause: 'The local key came in x-tiergate-key, and another key beside it in Authorization or x-api-key.',
    next: 'Take the provider’s key out of the tool, or list the provider under gateway.ownKeys.',
  },
  route_unknown: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no such path here: {detail}.',
    cause: 'Only the exact paths on the list lead to an upstream.',
    next: 'Check the tool’s base URL.',
  },
  method_refused: {
    status: 405,
    type: 'invalid_request_error',
    message: 'This path takes {detail} only.',
    cause: 'The request used another method.',
    next: 'Use the method the provider documents for the path.',
  },
  upgrade_unsupported: {
    status: 426,
    type: 'invalid_request_error',
    message: 'This path is served over plain HTTP requests: send POST {detail}.',
    cause: 'The tool asked for a WebSocket on a path that has none here.',
    next: 'Use HTTP; Codex does so by itself after this answer.',
  },
  body_too_large: {
    status: 413,
    type: 'invalid_request_error',
    message: 'Request body too large, limit is {detail}. Send less, or raise gateway.bodyLimitMiB in the settings.',
    cause: 'The body, as sent or after decoding, is over the limit.',
    next: 'Send less, or raise gateway.bodyLimitMiB.',
  },
  body_unreadable: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Failed to read request body',
    cause: 'The connection ended before the body did.',
    next: 'Send the request again.',
  },
  content_type_unsupported: {
    status: 415,
    type: 'invalid_request_error',
    message: 'The content type must be application/json in UTF-8, not {detail}.',
    cause: 'A body of another type cannot be judged, so it is not sent on.',
    next: 'Send JSON with content-type: application/json.',
  },
  content_encoding_unsupported: {
    status: 415,
    type: 'invalid_request_error',
    message: 'The content encoding cannot be judged: {detail}. Send zstd, gzip, deflate, br or none.',
    cause: 'The coding is unknown, given twice, more than two layers deep, or the body is not coded that way.',
    next: 'Send the body uncompressed, or label it truthfully.',
  },
  body_empty: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Request body is empty',
    cause: 'The request has no body.',
    next: 'Send a JSON object.',
  },
  body_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Failed to parse request body: {detail}',
    cause:
      'The body is not exactly one JSON object in UTF-8. What cannot be read cannot be judged, so it is not sent on.',
    next: 'Send one JSON object and nothing after it.',
  },
  member_repeated: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The member "{detail}" is there more than once with different values.',
    cause: 'JSON readers disagree about which of two equal names counts, so the gateway will not choose.',
    next: 'Send the member once.',
  },
  member_case: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The member {detail}.',
    cause: 'Some JSON readers ignore letter case and would take the member for the one the policy looks at.',
    next: 'Spell the member as the provider documents it.',
  },
  model_required: {
    status: 400,
    type: 'invalid_request_error',
    message: 'model is required',
    cause: 'There is no model, or it is not a string, or it is blank.',
    next: 'Name the model.',
  },
  stream_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'invalid stream field type',
    cause: 'stream is neither true nor false.',
    next: 'Send true or false.',
  },
  previous_response_id_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'previous_response_id must be a response.id (resp_*), not a message id',
    cause: 'The id names a message or an item, not a response.',
    next: 'Send the id of the response (resp_…).',
  },
  call_id_required: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'function_call_output requires call_id or previous_response_id; if relying on history, ensure store=true and reuse previous_response_id',
    cause: 'The input answers a function call without saying which.',
    next: 'Give the output its call_id, or continue with previous_response_id.',
  },
  call_reference_required: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'function_call_output requires item_reference ids matching each call_id, or previous_response_id/tool_call context; if relying on history, ensure store=true and reuse previous_response_id',
    cause: 'The input answers a function call that is nowhere in it.',
    next: 'Send the call as well, or reference it, or continue with previous_response_id.',
  },
  upgrade_required: {
    status: 426,
    type: 'invalid_request_error',
    message: 'WebSocket upgrade required (Upgrade: websocket)',
    cause: 'The path was asked for with GET and without a WebSocket upgrade.',
    next: 'Send POST, or open a WebSocket.',
  },
  upgrade_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The WebSocket handshake is not valid: {detail}.',
    cause: 'The upgrade request breaks a rule of RFC 6455, or carries a body that nothing would judge.',
    next: 'Open the WebSocket with a library.',
  },
  upgrade_refused: {
    status: 426,
    type: 'upstream_error',
    message: 'The upstream of account {detail}. Use plain HTTP requests instead.',
    cause: 'The upstream answered the WebSocket handshake with an HTTP status instead of 101.',
    next: 'Use HTTP; Codex does so by itself after this answer. If the provider should speak WebSocket, check the account’s key and base URL.',
  },
  query_repeated: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The query names "{detail}" more than once, or in another spelling.',
    cause: 'Two readers could take different values, so the gateway will not choose.',
    next: 'Name it once, as the provider documents it.',
  },
  frame_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'invalid JSON payload: {detail}',
    cause:
      'A WebSocket message is not exactly one JSON object in UTF-8. What cannot be read cannot be judged, so it is not sent on.',
    next: 'Send one JSON object a message.',
  },
  first_model_required: {
    status: 400,
    type: 'invalid_request_error',
    message: 'model is required in first response.create payload',
    cause: 'The first message of a session names no model, so neither rules nor accounts can be chosen for it.',
    next: 'Name the model in the first message.',
  },
  first_frame_missing: {
    status: null,
    type: null,
    message: 'missing first response.create message',
    cause: 'The tool opened a WebSocket and sent nothing for 30 seconds.',
    next: 'Nothing to do; the tool may connect again.',
  },
  queue_full: {
    status: 503,
    type: 'api_error',
    message: 'Too many messages before the upstream was ready; please retry later.',
    cause: 'The tool sent more than the gateway keeps while it was still connecting.',
    next: 'Wait for the first answer before sending more.',
  },
  previous_response_not_found: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Previous response with id {detail} not found: this account is served over HTTP. Send the full input.',
    cause:
      'The earlier response lives in a WebSocket session that this account does not have, or the account is a ChatGPT login, which keeps none over HTTP.',
    next: 'Send the whole input without previous_response_id; Codex does so by itself.',
  },
  part_policed: {
    status: 400,
    type: 'invalid_request_error',
    message: 'A part of the form is named "{detail}", which a form cannot be judged by. Leave it out.',
    cause: 'Forms stream through the gateway, so a part that names a tier is refused and not looked into.',
    next: 'Leave the part out.',
  },
  form_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The form is not one that all readers would read alike: {detail}.',
    cause:
      'Readers of multipart forms differ in what they take for a boundary; what they could differ about is refused.',
    next: 'Send the form with a library, with a boundary that occurs nowhere else in it.',
  },
  form_model_late: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'The form names its model after its file, and the account that was chosen before does not serve it: {detail}.',
    cause:
      'A form streams, so an account is chosen with what stands before its first file. This one has a model mapping without this model.',
    next: 'Put the model before the file in the form, or add the model to the account’s modelMapping.',
  },
  form_required: {
    status: 415,
    type: 'invalid_request_error',
    message: 'The content type must be multipart/form-data, not {detail}.',
    cause: 'This path takes a form, and a body of another type cannot be judged.',
    next: 'Send a form, as the provider documents it.',
  },
  body_unexpected: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This path takes no body with {detail}.',
    cause: 'A body that nothing judges is not sent on.',
    next: 'Send the request without a body.',
  },
  count_unsupported: {
    status: 404,
    type: 'not_found_error',
    message: 'Token counting is not supported for this model: no account that counts serves it.',
    cause: 'The model is served by an account that is translated for, and its protocol counts no tokens of Messages.',
    next: 'Nothing to do: tools estimate instead. Add an Anthropic account if exact counts matter.',
  },
  upstream_failed: {
    status: 502,
    type: 'upstream_error',
    message: '{detail}',
    cause: 'The upstream took the request and then said that it could not answer it.',
    next: 'Read what it says; most tools send the request again by themselves.',
  },
  answer_untranslatable: {
    status: 502,
    type: 'upstream_error',
    message: 'The upstream’s answer cannot be said in the tool’s protocol: {detail}.',
    cause: 'The answer is no answer of the protocol that the account speaks, or a call in it has no readable input.',
    next: 'Send the request again; if it stays so, the account’s "speaks" setting may name the wrong protocol.',
  },
  untranslatable: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This model is served by an account that speaks another protocol, in which this cannot be said: {detail}.',
    cause: 'The request was to be translated for the account, and part of it has no counterpart there.',
    next: 'Leave that part out, or choose a model whose account speaks the tool’s protocol.',
  },
  policy_violation: {
    status: 403,
    type: 'permission_error',
    message: '{detail}',
    cause: 'A rule of the policy blocks this tier for this turn. Nothing was sent.',
    next: 'Choose another tier in the tool, or change the rule in the window.',
  },
  model_not_served: {
    status: 400,
    type: 'invalid_request_error',
    message: 'No account serves the model {detail}. Add it to an account’s modelMapping, or choose another model.',
    cause: 'Every account has a model mapping and none of them has this model.',
    next: 'Extend a modelMapping in the settings.',
  },
  account_missing: {
    status: 503,
    type: 'api_error',
    message: 'No enabled account can take this request. Enable an account in the settings.',
    cause: 'All accounts are switched off, or none speaks this protocol.',
    next: 'Enable or add an account.',
  },
  key_unavailable: {
    status: 503,
    type: 'api_error',
    message: 'The account {detail}',
    cause:
      'None of the account’s keys could be read: the environment variable is not set, or the keychain has no such entry or cannot be opened.',
    next: 'Store the key with "tiergate key set NAME", or set the environment variable before the gateway starts.',
  },
  account_exists: {
    status: 409,
    type: 'invalid_request_error',
    message: 'There is an account of that name already: {detail}.',
    cause: 'Names of accounts are unique, since keys, cooldowns and the ledger use them.',
    next: 'Choose another name, or remove the old one first.',
  },
  account_unknown: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no account named {detail}.',
    cause: 'The account was removed, or its name was mistyped.',
    next: '"tiergate account list" names the accounts.',
  },
  account_gone: {
    status: 503,
    type: 'api_error',
    message: 'The account {detail} was removed or switched off while the turn was waiting for it. Try again.',
    cause: 'The settings were changed while a session was open or a turn waited, and its account is not used any more.',
    next: 'Try again: the turn goes to another account, where there is one.',
  },
  account_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The account cannot be used: {detail}',
    cause: 'The account has a member that does not exist or has a wrong value. Nothing was changed.',
    next: 'Correct the named member and save again.',
  },
  key_taken: {
    status: 409,
    type: 'invalid_request_error',
    message: 'The keychain holds another key under {detail} already. It was left as it is.',
    cause: 'A new account was given a key, and the place where it would be stored is taken.',
    next: 'Name another keychain entry under keys, or replace that key with "tiergate key set".',
  },
  login_unreadable: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The login cannot be imported: {detail}.',
    cause: 'Codex keeps its ChatGPT login in a file, and that is not there, not readable, or not a login.',
    next: 'Log in with "codex login", then import again. A login kept in the keychain by Codex cannot be imported.',
  },
  keychain_unavailable: {
    status: 503,
    type: 'api_error',
    message: 'The keychain of this system cannot be used: {detail}',
    cause: 'No Secret Service answers (Linux), its library is missing, or the keychain is locked.',
    next: 'Install and unlock a keyring (Debian: apt-get install gnome-keyring libsecret-1-0), or name an environment variable in the account: "keys": [{ "env": "OPENAI_API_KEY" }].',
  },
  account_loop: {
    status: 508,
    type: 'upstream_error',
    message: 'The account {detail} points at this gateway itself.',
    cause:
      'Its base URL leads back to the address that the gateway listens on, so a turn would come in again and again.',
    next: 'Give the account the base URL of a provider.',
  },
  upstream_unreachable: {
    status: 502,
    type: 'upstream_error',
    message: 'The upstream of account {detail}',
    cause:
      'The connection was refused, the name did not resolve, TLS failed, or the connection ended before an answer began.',
    next: 'Check the account’s base URL, the network, and the provider’s status page.',
  },
  upstream_timeout: {
    status: 504,
    type: 'upstream_error',
    message: 'The upstream of account {detail} did not answer in time.',
    cause: 'No answer began within the limit.',
    next: 'Try again; for long answers ask for a stream.',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'rate_limit_error',
    message: 'All keys for this turn are rate-limited or out of quota{detail}.',
    cause: 'The providers refused every key that could be asked, and said how long to wait.',
    next: 'Wait as long as the answer says, add a key or an account, or raise the limit with the provider.',
  },
  account_resting: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Every account for this turn rests: {detail}.',
    cause: 'The share of a plan’s quota that the settings name under pauseAt is used.',
    next: 'Wait until the quota begins anew, raise pauseAt, or add an account.',
  },
  keys_unauthorized: {
    status: 502,
    type: 'api_error',
    message: 'All keys for this turn failed authentication. The local key was right; the provider’s keys are not.',
    cause: 'Every provider key that could be asked was refused with 401.',
    next: 'Check the keys under Accounts; replace those that were revoked.',
  },
  account_busy: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Concurrency limit exceeded for the account {detail}, please retry later.',
    cause: 'As many turns as the account may have at one time were under way, and none ended in time.',
    next: 'Try again later, or raise the account’s concurrency.',
  },
  account_queue_full: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Too many pending requests for the account {detail}, please retry later.',
    cause: 'As many turns as may wait for the account are waiting already.',
    next: 'Try again later, or raise the account’s concurrency.',
  },
  upstream_redirect: {
    status: 502,
    type: 'upstream_error',
    message: 'The upstream of account {detail} answered with a redirect, which is never followed with a key.',
    cause: 'The base URL is not the provider’s API address.',
    next: 'Correct the account’s base URL.',
  },
  upstream_cut: {
    status: null,
    type: 'upstream_error',
    message: 'The upstream ended the answer in the middle.',
    cause:
      'The connection to the upstream broke after the answer had begun. The tool’s connection is broken off too, so that it can tell.',
    next: 'Most tools send the request again by themselves.',
  },
  tool_left: {
    status: null,
    type: null,
    message: 'The tool closed the connection before the answer ended.',
    cause: 'The tool was stopped, timed out, or lost interest. The upstream request was aborted.',
    next: 'Nothing to do.',
  },
  gateway_stopping: {
    status: 503,
    type: 'api_error',
    message: 'The gateway is stopping. Start it again, then send the request again.',
    cause: 'Tiergate was asked to quit.',
    next: 'Start Tiergate.',
  },
  policy_changed: {
    status: 503,
    type: 'api_error',
    message: 'The policy has changed while this turn waited, so it was not sent. Please send it again.',
    cause: 'The turn had been judged before it waited for another turn of its session, or for a new token of a login.',
    next: 'Send the turn again: it is then judged by the policy in force.',
  },
  gateway_paused: {
    status: 503,
    type: 'api_error',
    message: 'The gateway is paused: new turns are refused until it is resumed. Open turns go on.',
    cause: 'Somebody paused the gateway, in the tray, in the window or with a command.',
    next: 'Resume it in the tray menu or the window, or wait until the pause ends.',
  },
  sandbox_silent: {
    status: null,
    type: null,
    message: 'The sandbox was not asked: {detail}.',
    cause: 'A trial turn goes only where the sandbox answers, so that it never costs anything.',
    next: 'Use one of your tools instead, or switch the other accounts off.',
  },
  session_token_invalid: {
    status: 401,
    type: 'authentication_error',
    message: 'The window’s session has ended. Open the address that the gateway printed when it started.',
    cause: 'The session token is missing or is from an earlier start.',
    next: 'Open the window again from the tray, or from the printed address.',
  },
  control_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The call cannot be understood: {detail}',
    cause: 'The window or the command line sent something the contract does not allow.',
    next: 'Use the window and the command of the same version as the gateway.',
  },
  internal: {
    status: 500,
    type: 'api_error',
    message: 'Something went wrong inside the gateway. The log of the data folder says what.',
    cause: 'A bug.',
    next: 'Please report it with the log line.',
  },
  settings_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The settings cannot be used: {detail}',
    cause:
      'The settings file is not JSON, or has a member that does not exist or has a wrong value. The last good settings stay in force.',
    next: 'Correct the named member and save again.',
  },
  settings_newer: {
    status: 409,
    type: 'invalid_request_error',
    message: 'The settings were written by a newer Tiergate (version {detail}). They were left as they are.',
    cause: 'An older program cannot know what a newer one means, and would take away what it does not know.',
    next: 'Start the newer Tiergate, or name another data folder with --home.',
  },
  policy_invalid: {
    status: 400,
    type: 'invalid_request_error',
    message: 'The policy cannot be used: {detail}',
    cause:
      'The policy document has a member that does not exist or has a wrong value. The last good policy stays in force.',
    next: 'Correct the named member and save again.',
  },
  settings_unwritable: {
    status: 500,
    type: 'api_error',
    message: 'The settings could not be saved: {detail}',
    cause: 'The data folder cannot be written to.',
    next: 'Check the folder’s permissions and the free space, then save again.',
  },
  tool_exists: {
    status: 409,
    type: 'invalid_request_error',
    message: 'There is a tool of that name already: {detail}.',
    cause: 'Names of tools are unique, since rules and the ledger use them.',
    next: 'Choose another name, or revoke the old one first.',
  },
  tool_unknown: {
    status: 404,
    type: 'not_found_error',
    message: 'There is no tool named {detail}.',
    cause: 'The tool was revoked, or its name was mistyped.',
    next: '"tiergate tool list" names the tools.',
  },
  port_in_use: {
    status: null,
    type: null,
    message: 'Port {detail} is in use.',
    cause: 'Another program listens there, perhaps a second Tiergate.',
    next: 'Stop the other program, or choose another port: in the tray menu, with --port, or with gateway.port in the settings. Tools must then be pointed at the new port.',
  },
  listen_failed: {
    status: null,
    type: null,
    message: 'The gateway could not listen on {detail}.',
    cause: 'The system refused the address.',
    next: 'Choose another host or port in the settings.',
  },
  mcp_failed: {
    status: null,
    type: null,
    message: 'MCP servers could not be asked for their tools: {detail}. Turns go on without them.',
    cause: 'The program could not be started, the address did not answer, or it speaks another protocol.',
    next: 'Correct the server under mcp.servers in the settings, or switch it off; it is tried again with later turns.',
  },
  home_unusable: {
    status: null,
    type: null,
    message: 'The data folder cannot be used: {detail}',
    cause: 'The folder cannot be made, read or written.',
    next: 'Check its permissions, or name another with --home.',
  },
  ledger_broken: {
    status: null,
    type: null,
    message: 'The ledger could not be read and was set aside as {detail}; a new one was begun.',
    cause: 'The file is damaged or is not a ledger.',
    next: 'Keep the old file if its turns matter; sqlite3’s .recover may read it.',
  },
  capture_off: {
    status: null,
    type: null,
    message: 'Prompts and answers are not being kept: {detail}',
    cause: 'The key that seals them cannot be had from the keychain, or the disk does not take them. Turns still flow.',
    next: 'Unlock or install a keyring, free some space, or switch capture off in the settings. Wiping what is kept makes room for a new key.',
  },
  capture_unreadable: {
    status: 500,
    type: 'api_error',
    message: 'What was said in this turn cannot be read: {detail}',
    cause: 'Its file was changed or damaged, or the key that sealed it is not in the keychain any more.',
    next: 'Wipe what is kept; nothing else depends on it.',
  },
  capture_key_left: {
    status: 503,
    type: 'api_error',
    message: 'What was kept is gone, but not the key that sealed it: {detail}',
    cause: 'The keychain cannot be used at the moment.',
    next: 'Unlock the keychain and wipe again, so that copies of the files, as in a backup of the disk, become unreadable too.',
  },
  ledger_missing: {
    status: null,
    type: null,
    message: 'There is no ledger yet: {detail}',
    cause: 'No gateway has run on this data folder.',
    next: 'Start the gateway and send a turn, or name another data folder with --home.',
  },
  ledger_newer: {
    status: null,
    type: null,
    message: 'The ledger was written by a newer Tiergate ({detail}). It was left as it is.',
    cause: 'An older version cannot know what a newer one keeps.',
    next: 'Start the newer Tiergate, or name another data folder with --home.',
  },
  ledger_write_failed: {
    status: null,
    type: null,
    message: 'Turns are not being recorded: {detail}',
    cause: 'The disk is full or read-only. Turns still flow; each one lost is counted.',
    next: 'Free some space; recording goes on by itself.',
  },
  tray_hidden: {
    status: null,
    type: null,
    message: 'The icon of Tiergate is not shown: {detail}.',
    cause: 'The system has room for such icons, but hides this one or has nobody who draws it.',
    next: 'Until then, starting Tiergate again opens this window.',
  },
  desktop_missing: {
    status: null,
    type: null,
    message: 'The tray app cannot be opened: Electron’s program is not installed here.',
    cause: 'The command runs from a checkout whose Electron was never fetched, or from the gateway’s part alone.',
    next: 'Run "npm start" once where there is a display, or use "tiergate serve", which needs no desktop.',
  },
  desktop_failed: {
    status: null,
    type: null,
    message: 'The tray app did not start: {detail}.',
    cause: 'There is no display, a system library is missing, or the app found something it cannot go on with.',
    next: 'Look at the log in the data folder, start it with "npm start" to see what it says, or use "tiergate serve", which needs no desktop.',
  },
  spending_unknown: {
    status: null,
    type: null,
    message: 'What was spent earlier cannot be read from the ledger, so budgets count from now: {detail}',
    cause: 'The ledger did not answer.',
    next: 'Start Tiergate again; "tiergate doctor" looks at the ledger.',
  },
  cache_lost: {
    status: null,
    type: null,
    message: 'A session has lost its prompt cache, because its tier changed: {detail}',
    cause: 'Each tier has a cache of its own, so what was cached in one is read at the full price in another.',
    next: 'Let a rule decide the tier of the whole session: one that filters or forces it, whatever the tool asks for.',
  },
  collector_unreachable: {
    status: null,
    type: null,
    message: 'Traces could not be sent to the collector, and were thrown away: {detail}',
    cause: 'The collector does not listen, or refused them. Turns are not held up by it.',
    next: 'Start the collector, correct telemetry.otlp.endpoint, or switch telemetry off in the settings.',
  },
  metrics_key_invalid: {
    status: 401,
    type: 'authentication_error',
    message: 'The metrics page needs its token, as "Authorization: Bearer tgm-…".',
    cause: 'The token is missing, or a newer one was made.',
    next: 'Give Prometheus the token that "tiergate metrics rotate" prints.',
  },
  file_unreadable: {
    status: null,
    type: null,
    message: 'The file cannot be read: {detail}',
    cause: 'There is no such file, or you may not read it.',
    next: 'Check its name and its permissions; "-" stands for standard input.',
  },
  file_unwritable: {
    status: null,
    type: null,
    message: 'The file cannot be written: {detail}',
    cause: 'Its folder is not there, you may not write there, or the disk is full.',
    next: 'Name another place, or make room.',
  },
  report_unreadable: {
    status: null,
    type: null,
    message: 'The provider’s report cannot be read: {detail}',
    cause: 'It is neither JSON of the usage and costs endpoints nor CSV with their columns.',
    next: 'Export usage by model and service tier, or costs by line item, for whole days.',
  },
  report_refused: {
    status: null,
    type: null,
    message: 'The provider’s report could not be fetched: {detail}',
    cause: 'The admin key is missing or not allowed to read usage, or the provider does not answer.',
    next: 'Store an admin key with "tiergate key set NAME", or import a file that the provider exported.',
  },
  gateway_not_running: {
    status: null,
    type: null,
    message: 'No gateway is running on this data folder.',
    cause: 'The command needs the running gateway.',
    next: 'Start it with "tiergate serve", or open the app.',
  },
  gateway_running: {
    status: null,
    type: null,
    message: 'A gateway is already running on this data folder ({detail}).',
    cause: 'Two gateways must not write one ledger.',
    next: 'Use the running one, or name another data folder with --home.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;

/** Who must act decides the kind: this one is for the person, and its code for the program. Thrown only where no answer can be returned. */
export class TiergateError extends Error {
  override readonly name = 'TiergateError';
  declare readonly message: Said;
  readonly code: ErrorCode;
  /** What is particular to the case. */
  readonly detail: string;

  constructor(code: ErrorCode, detail = '', options?: ErrorOptions) {
    super(messageOf(code, detail), options);
    this.code = code;
    this.detail = detail;
  }
}

/** The text of a failure, with what is particular to the case filled in. */
export function messageOf(code: ErrorCode, detail = ''): Said {
  return fillPlaces(ERRORS[code].message, { detail }) as Said;
}

/** What to do about a failure. */
export function nextOf(code: ErrorCode): Said {
  return ERRORS[code].next as string as Said;
}

/** A failure that is an answer to a tool. */
export interface GatewayError {
  readonly code: ErrorCode;
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Seconds after which it is worth asking again, where that is known. */
  readonly retryAfter?: number;
}

/** Makes the answer for a failure; codes without a status become 500. */
export function gatewayError(code: ErrorCode, detail = ''): GatewayError {
  const { status, type } = ERRORS[code];
  return { code, status: status ?? 500, type: type ?? 'api_error', message: messageOf(code, detail) };
}
