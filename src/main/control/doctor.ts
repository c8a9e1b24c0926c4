import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import type { Account } from '../../shared/account.ts';
import { isSandbox } from '../../shared/account.ts';
import type { Check } from '../../shared/calls/app.ts';
import type { Status } from '../../shared/control.ts';
import { nextOf, TiergateError } from '../../shared/errors.ts';
import { type Said, say } from '../../shared/sentences.ts';
import { ledgerFile } from '../ledger/ledger.ts';
import { runTask } from '../ledger/task.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { readSecret } from '../secrets/secret-source.ts';
import type { SettingsState } from '../settings/store.ts';
import { canConnect, canListen } from './reach.ts';

/** What the doctor looks at. */
export interface Patient {
  readonly home: string;
  readonly settings: SettingsState;
  readonly keychain: Keychain;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Null while no gateway runs on the folder. */
  readonly status: Status | null;
  readonly now: number;
  /** `process.versions`. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Whether the accounts' upstreams are connected to. */
  readonly online: boolean;
}

/** Less free space than this is soon none. */
const LITTLE_SPACE = 200 * 1024 * 1024;

/** A clock before the program itself was written is wrong. */
const WRITTEN = Date.UTC(2026, 10, 1);

/** A newest turn so far ahead of the clock was not made by a clock that was right. */
const AHEAD_MS = 5 * 60_000;

/** Looks at everything that a gateway needs, and changes nothing. */
export async function examine(patient: Patient): Promise<Check[]> {
  const { accounts } = patient.settings.settings;
  return [
    version(patient),
    folder(patient),
    files(patient),
    space(patient),
    settings(patient),
    ...(await ledger(patient)),
    await keychain(patient),
    ...(await keys(patient)),
    await port(patient),
    ...(patient.online ? await Promise.all(accounts.map(reachable)) : []),
  ];
}

function ok(id: string, detail: Said): Check {
  return { id, result: 'ok', detail, next: '' };
}

function warning(id: string, detail: Said, next: Said): Check {
  return { id, result: 'warning', detail, next };
}

function failed(id: string, detail: Said, next: Said): Check {
  return { id, result: 'failed', detail, next };
}

function version({ versions }: Patient): Check {
  const { node = '', electron } = versions;
  const needed = manifest.engines.node.replace('>=', '');
  const programs = `${electron === undefined ? '' : `Electron ${electron}, `}Node ${node}`;
  const { version: own } = manifest;
  return isOlder(node, needed)
    ? failed('version', say('doctor_version_old', { version: own, programs, needed }), say('doctor_node', { needed }))
    : ok('version', say('doctor_version', { version: own, programs }));
}

function isOlder(version: string, needed: string): boolean {
  const [have, need] = [version, needed].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = need.findIndex((part, index) => part !== have[index]);
  return at !== -1 && (have[at] ?? 0) < (need[at] ?? 0);
}

function folder({ home, platform }: Patient): Check {
  try {
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return failed('folder', say('doctor_folder_closed', { home }), nextOf('home_unusable'));
  }
  const mode = statSync(home).mode & 0o777;
  return platform !== 'win32' && (mode & 0o077) !== 0
    ? failed(
        'folder',
        say('doctor_folder_open', { home, mode: mode.toString(8) }),
        say('doctor_run', { command: `chmod 700 "${home}"` }),
      )
    : ok('folder', say('doctor_folder', { home }));
}

const PRIVATE_FILES = ['settings.json', 'settings.last-good.json', 'ledger.sqlite', 'control.json', 'budgets.json'];

function files({ home, platform }: Patient): Check {
  const open = PRIVATE_FILES.map((name) => join(home, name)).filter(
    (file) => platform !== 'win32' && existsSync(file) && (statSync(file).mode & 0o077) !== 0,
  );
  return open.length === 0
    ? ok('files', say('doctor_files'))
    : failed(
        'files',
        say('doctor_files_open', { files: open.join(', ') }),
        say('doctor_run', { command: `chmod 600 ${open.map((file) => `"${file}"`).join(' ')}` }),
      );
}

function space({ home }: Patient): Check {
  const { bavail, bsize } = statfsSync(home);
  const free = say('doctor_space', { space: Math.floor((bavail * bsize) / 1024 / 1024) });
  return bavail * bsize < LITTLE_SPACE ? warning('space', free, say('doctor_make_space')) : ok('space', free);
}

function settings({ settings: { source, problem, settings: document } }: Patient): Check {
  if (problem !== null)
    return failed(
      'settings',
      say(source === 'default' ? 'doctor_settings_default' : 'doctor_settings_last', { problem }),
      nextOf('settings_invalid'),
    );
  const { tools, accounts, policy } = document;
  const counts = { tools: tools.length, accounts: accounts.length, rules: policy.rules.length };
  return ok('settings', say('doctor_settings', counts));
}

async function ledger({ home, now, status }: Patient): Promise<Check[]> {
  const file = ledgerFile(home);
  if (!existsSync(file)) return [ok('ledger', say('doctor_ledger_none')), clock(now, null)];
  try {
    const { problems, turns, newest } = await runTask(file, 'lookThrough', null);
    const lost = status?.lostRows ?? 0;
    const state =
      problems.length > 0
        ? failed('ledger', say('doctor_ledger_damaged', { problems: problems.join('; ') }), say('doctor_ledger_keep'))
        : lost > 0
          ? warning('ledger', say('doctor_ledger_lost', { turns, lost }), nextOf('ledger_write_failed'))
          : ok('ledger', say('doctor_ledger', { turns }));
    return [state, clock(now, newest)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [failed('ledger', say('doctor_ledger_closed', { reason }), nextOf('ledger_broken')), clock(now, null)];
  }
}

function clock(now: number, newest: number | null): Check {
  const shown = new Date(now).toISOString();
  if (now < WRITTEN) return failed('clock', say('doctor_clock_wrong', { now: shown }), say('doctor_clock_set'));
  return newest !== null && newest - now > AHEAD_MS
    ? warning(
        'clock',
        say('doctor_clock_ahead', { now: shown, newest: new Date(newest).toISOString() }),
        say('doctor_clock_set'),
      )
    : ok('clock', say('doctor_clock', { now: shown }));
}

async function keychain({ keychain: chain, settings: state }: Patient): Promise<Check> {
  const needed = state.settings.accounts.some(({ keys: sources }) => sources.some((source) => 'keychain' in source));
  try {
    await chain.get('doctor');
    return ok('keychain', say('it_answers'));
  } catch (error) {
    if (!(error instanceof TiergateError)) throw error;
    const { message, code } = error;
    return needed
      ? failed('keychain', message, nextOf(code))
      : warning('keychain', say('doctor_keychain_spare', { problem: message }), nextOf(code));
  }
}

async function keys({ settings: state, keychain: chain, environment }: Patient): Promise<Check[]> {
  const used = state.settings.accounts.filter((account) => account.enabled && account.keys.length > 0);
  return Promise.all(
    used.map(async ({ id, keys: sources }) => {
      const results = await Promise.all(sources.map((source) => readSecret(source, chain, environment)));
      const problems = results.flatMap((result) => ('problem' in result ? [result.problem] : []));
      const counts = { account: id, there: results.length - problems.length, all: results.length };
      if (problems.length === 0) return ok('keys', say('doctor_keys', counts));
      const said = say('doctor_keys_short', { ...counts, problems: problems.join('; ') });
      return problems.length === results.length
        ? failed('keys', said, nextOf('key_unavailable'))
        : warning('keys', said, nextOf('key_unavailable'));
    }),
  );
}

async function port({ settings: { settings: document }, status }: Patient): Promise<Check> {
  if (status !== null)
    return status.baseUrl === null
      ? failed(
          'port',
          say('doctor_port_silent', { notices: status.notices.map(({ message }) => message).join(' ') }),
          nextOf('port_in_use'),
        )
      : ok('port', say('doctor_port', { address: status.baseUrl }));
  const { host, port: wanted } = document.gateway;
  return (await canListen(host, wanted))
    ? ok('port', say('doctor_port_free', { port: wanted }))
    : failed('port', say('doctor_port_taken', { port: wanted }), nextOf('port_in_use'));
}

async function reachable(account: Account): Promise<Check> {
  if (isSandbox(account)) return ok('upstream', say('doctor_sandbox', { account: account.id }));
  const { hostname, port: given, protocol } = new URL(account.baseUrl);
  const number = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const problem = await canConnect(hostname.replace(/^\[|\]$/g, ''), number);
  return problem === null
    ? ok('upstream', say('doctor_upstream', { account: account.id, host: hostname }))
    : failed(
        'upstream',
        say('doctor_upstream_closed', { account: account.id, host: hostname, problem }),
        nextOf('upstream_unreachable'),
      );
}
