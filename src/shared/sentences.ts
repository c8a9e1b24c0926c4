/**
 * What main says in words beside the catalogue of failures, by code; `{name}` stands for what is particular to the case.
 * Main speaks English; whoever shows it knows each sentence again by this list and says it in the person's language. Where
 * two could fit the same words, the one that says more comes first.
 */
export const SENTENCES = {
  // Why a key is not there.
  key_variable: 'the environment variable {name} is not set',
  key_entry: 'the keychain has no entry {name}',
  key_late: 'the keychain or the login’s server has not answered for {name} yet',
  key_blanks: 'the key holds blanks or control characters',
  key_local: 'it is a local key of this gateway, and no provider’s',
  key_none:
    '"{account}" has no usable key: {problems}. Store one with "tiergate key set NAME", or set the variable before the gateway starts.',
  login_none: 'the keychain has no login {name}: import it',
  login_over: 'the login has expired: import it again ("tiergate account import-codex")',
  login_waits: 'the login could not be renewed ({reason}); it is tried again',
  login_nameless: 'a login’s account names a keychain entry',
  codex_nameless: '{file} does not say which ChatGPT account it is for',
  codex_none: 'there is no {file}: log in with "codex login" first, or name the file',
  codex_closed: '{file} cannot be read: {code}',
  codex_other: '{file} is not a login of Codex',
  codex_keyed: '{file} holds no ChatGPT login: Codex is not logged in, or uses an API key or the keychain',

  // Why the keychain cannot be used.
  keychain_library: 'the library libsecret is not installed.',
  keychain_bus: 'there is no D-Bus session, as on a machine without a desktop.',
  keychain_service: 'no Secret Service is running.',
  keychain_locked: 'the keyring is locked or has no login collection.',

  // Why an account is asked last, or not at all.
  fault_transient: 'status 400, transient',
  fault_status: 'status {status}',
  fault_silent: 'failed before its first token',
  resting_of: '"{account}" is {resting}',
  resting_days: 'resting: {percent} % of the {count}-day quota is used',
  resting_hours: 'resting: {percent} % of the {count}-hour quota is used',
  resting_minutes: 'resting: {percent} % of the {count}-minute quota is used',

  // What came of an account's test.
  test_sandbox: 'The sandbox needs no key.',
  test_keyless: 'A key is missing: {problems}.',
  it_answers: 'It answers.',
  test_one: 'The key works.',
  test_all: 'All {count} keys work.',
  test_unreachable: 'It could not be reached: {reason}.',
  test_redirect: 'It answered with a redirect ({status}), which is never followed. Correct the base URL.',
  test_listless:
    'It answers, but with {status}: it has no list of models by which a key could be proved, or the base URL is wrong.',
  test_request_refused_saying: 'The request was refused ({status}): {said}',
  test_request_refused: 'The request was refused ({status})',
  test_named_refused_saying: 'The key …{key} was refused ({status}): {said}',
  test_named_refused: 'The key …{key} was refused ({status})',
  test_refused_saying: 'The key was refused ({status}): {said}',
  test_refused: 'The key was refused ({status})',
  test_failed_saying: 'It answered with {status}: {said}',
  test_failed: 'It answered with {status}',

  // What the doctor finds.
  doctor_version_old: 'Tiergate {version}, {programs}; Node {needed} is needed.',
  doctor_version: 'Tiergate {version}, {programs}.',
  doctor_node: 'Install Node {needed} or newer.',
  doctor_folder_closed: '{home} cannot be read and written.',
  doctor_folder_open: '{home} can be opened by others (mode {mode}).',
  doctor_folder: '{home} is yours alone.',
  doctor_run: 'Run: {command}',
  doctor_files: 'The files in it are yours alone.',
  doctor_files_open: 'Others can open {files}.',
  doctor_space: '{space} MiB are free.',
  doctor_make_space: 'Free some space: without any, turns are not recorded.',
  doctor_settings_default: '{problem} In force: the defaults.',
  doctor_settings_last: '{problem} In force: the last good ones.',
  doctor_settings: 'Tools: {tools}. Accounts: {accounts}. Rules: {rules}.',
  doctor_ledger_none: 'There is none yet.',
  doctor_ledger_damaged: 'The file is damaged: {problems}.',
  doctor_ledger_keep:
    'Stop the gateway and keep the file; the next start begins a new one. sqlite3’s .recover may read the old.',
  doctor_ledger_lost: 'Turns: {turns}, sound. Not recorded since the start: {lost}.',
  doctor_ledger: 'Turns: {turns}, sound.',
  doctor_ledger_closed: 'It cannot be read: {reason}.',
  doctor_clock_ahead: 'The clock says {now}, the newest turn {newest}.',
  doctor_clock_wrong: 'The clock says {now}.',
  doctor_clock_set: 'Set the clock: prices and periods follow it.',
  doctor_clock: 'It is {now}.',
  doctor_keychain_spare: '{problem} No account needs it.',
  doctor_keys_short: '{account}: {there} of {all} keys are there; {problems}.',
  doctor_keys: '{account}: {there} of {all} keys are there.',
  doctor_port_silent: 'The gateway runs and does not listen: {notices}',
  doctor_port: 'The gateway listens at {address}.',
  doctor_port_free: 'No gateway runs; port {port} is free.',
  doctor_port_taken: 'No gateway runs on this folder, and port {port} is taken.',
  doctor_sandbox: '{account} is the sandbox.',
  doctor_upstream: '{account}: {host} takes connections.',
  doctor_upstream_closed: '{account}: {host} does not: {problem}.',

  // What is wrong with a member of the settings, the policy or an account.
  member_unknown: 'there is no such setting',
  member_text: 'must be a text',
  member_number: 'must be a number',
  member_whole: 'must be a whole number',
  member_switch: 'must be true or false',
  member_list: 'must be a list',
  member_object: 'must be an object',
  member_choice: 'must be one of {options}',
  member_moment: 'must be a moment such as 2027-01-31T18:00:00Z',
  member_address: 'must be an address such as http://127.0.0.1:4318',
  member_empty: 'must not be empty',
  member_short: 'must have at least {least} characters',
  member_long: 'must have at most {most} characters',
  member_few: 'must have at least {least} entries',
  member_many: 'must have at most {most} entries',
  member_above: 'must be more than {least}',
  member_least: 'must be at least {least}',
  member_most: 'must be at most {most}',
  member_wrong: 'has a value that it cannot have',
  member_twice: '{name} is there twice',
  letters_account: 'letters, digits and . _ - only',
  letters_rule: 'letters, digits and . _ : - only',
  letters_entry: 'letters, digits and . _ / - only',
  letters_server: 'small letters, digits and - only',
  letters_tool: 'begin with a letter or digit; then letters, digits, blanks and . _ @ -',
  letters_header: 'not the name of a header',
  letters_header_value: 'printable ASCII only',
  letters_variable: 'not the name of an environment variable',
  letters_hash: 'expected sha256: and 64 hex digits',
  letters_rate: 'US dollars for a million tokens, such as "1.25"',
  address_web: 'not an http or https address',
  address_credentials: 'a base URL holds no user or password; name the key under keys',
  address_query: 'a base URL has no query and no fragment',
  address_proxy: 'not an http, https or socks5 address',
  address_proxy_password: 'a proxy with a password cannot be used: settings hold no secrets',
  header_own: 'this header belongs to the gateway',
  rule_blank_model: 'a model pattern cannot be blank',
  rule_force_missing: 'a rule that forces needs forceTo',
  rule_force_idle: 'forceTo is only for the action force',
  rule_id_twice: 'the id {id} is used twice',
  rule_users: 'rules for single users cannot be imported',
  error_rule_empty: 'a rule needs statuses or keywords',
  server_both: 'a server has either a command or a url',
  document_json: 'not JSON: {reason}',
  settings_json: 'settings.json is not JSON: {reason}',
  settings_closed: 'settings.json cannot be read: {reason}',
  settings_version: 'a newer Tiergate has written them (version {version})',

  // What was particular to a failure of the catalogue that the window shows.
  login_keyless_again: 'a login has no key; import it again',
  login_keyless: 'a login has no key; import it instead',
  key_unknown: '"{account}" has no key at {source}',
  order_short: 'the order must name every account once',
  capture_keyless: 'its key is no longer in the keychain.',
  capture_damaged: 'its file was changed or damaged, or has another key.',
  capture_key_odd: 'the keychain’s entry {name} is not a key.',
  trial_paid: 'an account is set up, and it would be asked',
  trial_deaf: 'the gateway does not listen',
  trial_status: 'the gateway answered with status {status}',
  ledger_version: 'its version is {version}, this one knows {known}',
  ledger_lost: '{reason}; {lost} lost so far.',

  // Why the tray's icon cannot be seen.
  tray_mac: 'it is switched off in System Settings > Menu Bar > Allow in the Menu Bar',
  tray_linux:
    'this desktop draws no such icons; on GNOME the extension "AppIndicator and KStatusNotifierItem Support" does',

  // What stands in the log.
  log_listening: 'listening',
  log_server_left: 'an old server could not be ended',
  log_turn_failed: 'a turn failed unexpectedly',
  log_answer_broken: 'the upstream broke off an answer',
  log_session_protocol: 'the upstream broke the protocol',
  log_session_broken: 'the upstream broke off a session',
  log_session_stuck: 'a session could not go on',
  log_login: 'a login could not be renewed',
  log_models: 'the models could not be asked for',
  log_dump: 'dumps cannot be written',
  log_network: 'the machine woke up or is in another network',
  log_capture_left: 'old prompts and answers could not be let go',
  log_capture_wiped: 'prompts and answers were wiped',
  log_capture: 'prompts and answers cannot be kept',
  log_ledger_fold: 'the ledger’s log could not be folded back yet',
  log_budget: 'a budget has reached a threshold',
  log_turns_removed: 'old turns were let go',
  log_turns_left: 'old turns could not be let go',
  log_telemetry: 'telemetry could not be switched on',
  log_settings: 'settings changed',
  log_settings_stuck: 'new settings could not be followed',
  log_mcp_tools: 'an MCP server could not be asked for its tools',
  log_mcp_call: 'a call of an MCP server failed',
  log_mcp_begun: 'an MCP server has begun',
} as const;

/** The code of a sentence. */
export type SentenceCode = keyof typeof SENTENCES;

declare const said: unique symbol;

/** Words that can be said in every language of the product: a sentence of the list, or what the catalogue of failures says. */
export type Said = string & { readonly [said]: true };

/** The names of what a sentence leaves room for. */
type PlacesOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlacesOf<Rest>
  : never;

/** What has to be given to fill a text: nothing, or a value for each of its places. */
export type PlaceValues<Text extends string> = [PlacesOf<Text>] extends [never]
  ? []
  : [values: Readonly<Record<PlacesOf<Text>, string | number>>];

/** A sentence in English, with what is particular to the case filled in. */
export function say<Code extends SentenceCode>(code: Code, ...[values]: PlaceValues<(typeof SENTENCES)[Code]>): Said {
  return fillPlaces(SENTENCES[code], values ?? {}) as Said;
}

/** What is a name in every language, such as `ECONNREFUSED`, a version or an upstream's own words. */
export function sayAsItIs(name: string): Said {
  return name as Said;
}

/** A text with its places filled. */
export function fillPlaces(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
