import { accessSync, constants, existsSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import type { Account } from '../../shared/account.ts';
import { isSandbox } from '../../shared/account.ts';
import type { Check } from '../../shared/calls/app.ts';
import type { Status } from '../../shared/control.ts';
import { ERRORS, TiergateError } from '../../shared/errors.ts';
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

function ok(id: string, detail: string): Check {
  return { id, result: 'ok', detail, next: '' };
}

function warning(id: string, detail: string, next: string): Check {
  return { id, result: 'warning', detail, next };
}

function failed(id: string, detail: string, next: string): Check {
  return { id, result: 'failed', detail, next };
}

function version({ versions }: Patient): Check {
  const { node = '', electron } = versions;
  const needed = manifest.engines.node.replace('>=', '');
  const said = `Tiergate ${manifest.version}, ${electron === undefined ? '' : `Electron ${electron}, `}Node ${node}`;
  return isOlder(node, needed)
    ? failed('version', `${said}; Node ${needed} is needed.`, `Install Node ${needed} or newer.`)
    : ok('version', `${said}.`);
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
    return failed('folder', `${home} cannot be read and written.`, ERRORS.home_unusable.next);
  }
  const mode = statSync(home).mode & 0o777;
  return platform !== 'win32' && (mode & 0o077) !== 0
    ? failed('folder', `${home} can be opened by others (mode ${mode.toString(8)}).`, `Run: chmod 700 "${home}"`)
    : ok('folder', `${home} is yours alone.`);
}

const PRIVATE_FILES = ['settings.json', 'settings.last-good.json', 'ledger.sqlite', 'control.json', 'budgets.json'];

function files({ home, platform }: Patient): Check {
  const open = PRIVATE_FILES.map((name) => join(home, name)).filter(
    (file) => platform !== 'win32' && existsSync(file) && (statSync(file).mode & 0o077) !== 0,
  );
  return open.length === 0
    ? ok('files', 'The files in it are yours alone.')
    : failed(
        'files',
        `Others can open ${open.join(', ')}.`,
        `Run: chmod 600 ${open.map((file) => `"${file}"`).join(' ')}`,
      );
}

function space({ home }: Patient): Check {
  const { bavail, bsize } = statfsSync(home);
  const mebibytes = Math.floor((bavail * bsize) / 1024 / 1024);
  return bavail * bsize < LITTLE_SPACE
    ? warning('space', `${mebibytes} MiB are free.`, 'Free some space: without any, turns are not recorded.')
    : ok('space', `${mebibytes} MiB are free.`);
}

function settings({ settings: { source, problem, settings: document } }: Patient): Check {
  if (problem !== null)
    return failed(
      'settings',
      `${problem} In force: ${source === 'default' ? 'the defaults' : 'the last good ones'}.`,
      ERRORS.settings_invalid.next,
    );
  const { tools, accounts, policy } = document;
  return ok('settings', `${tools.length} tools, ${accounts.length} accounts, ${policy.rules.length} rules.`);
}

async function ledger({ home, now, status }: Patient): Promise<Check[]> {
  const file = ledgerFile(home);
  if (!existsSync(file)) return [ok('ledger', 'There is none yet.'), clock(now, null)];
  try {
    const { problems, turns, newest } = await runTask(file, 'lookThrough', null);
    const lost = status?.lostRows ?? 0;
    const state =
      problems.length > 0
        ? failed(
            'ledger',
            `The file is damaged: ${problems.join('; ')}.`,
            'Stop the gateway and keep the file; the next start begins a new one. sqlite3’s .recover may read the old.',
          )
        : lost > 0
          ? warning(
              'ledger',
              `${turns} turns, sound; ${lost} could not be recorded since the start.`,
              ERRORS.ledger_write_failed.next,
            )
          : ok('ledger', `${turns} turns, sound.`);
    return [state, clock(now, newest)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [failed('ledger', `It cannot be read: ${reason}.`, ERRORS.ledger_broken.next), clock(now, null)];
  }
}

function clock(now: number, newest: number | null): Check {
  const shown = new Date(now).toISOString();
  if (now < WRITTEN) return failed('clock', `The clock says ${shown}.`, 'Set the clock: prices and periods follow it.');
  return newest !== null && newest - now > AHEAD_MS
    ? warning(
        'clock',
        `The clock says ${shown}, the newest turn ${new Date(newest).toISOString()}.`,
        'Set the clock: prices and periods follow it.',
      )
    : ok('clock', `It is ${shown}.`);
}

async function keychain({ keychain: chain, settings: state }: Patient): Promise<Check> {
  const needed = state.settings.accounts.some(({ keys: sources }) => sources.some((source) => 'keychain' in source));
  try {
    await chain.get('doctor');
    return ok('keychain', 'It answers.');
  } catch (error) {
    if (!(error instanceof TiergateError)) throw error;
    const { message, code } = error;
    return needed
      ? failed('keychain', message, ERRORS[code].next)
      : warning('keychain', `${message} No account needs it.`, ERRORS[code].next);
  }
}

async function keys({ settings: state, keychain: chain, environment }: Patient): Promise<Check[]> {
  const used = state.settings.accounts.filter((account) => account.enabled && account.keys.length > 0);
  return Promise.all(
    used.map(async ({ id, keys: sources }) => {
      const results = await Promise.all(sources.map((source) => readSecret(source, chain, environment)));
      const problems = results.flatMap((result) => ('problem' in result ? [result.problem] : []));
      const detail = `${id}: ${results.length - problems.length} of ${results.length} keys are there`;
      if (problems.length === 0) return ok('keys', `${detail}.`);
      const said = `${detail}; ${problems.join('; ')}.`;
      return problems.length === results.length
        ? failed('keys', said, ERRORS.key_unavailable.next)
        : warning('keys', said, ERRORS.key_unavailable.next);
    }),
  );
}

async function port({ settings: { settings: document }, status }: Patient): Promise<Check> {
  if (status !== null)
    return status.baseUrl === null
      ? failed(
          'port',
          `The gateway runs and does not listen: ${status.notices.map(({ message }) => message).join(' ')}`,
          ERRORS.port_in_use.next,
        )
      : ok('port', `The gateway listens at ${status.baseUrl}.`);
  const { host, port: wanted } = document.gateway;
  return (await canListen(host, wanted))
    ? ok('port', `No gateway runs; port ${wanted} is free.`)
    : failed('port', `No gateway runs on this folder, and port ${wanted} is taken.`, ERRORS.port_in_use.next);
}

async function reachable(account: Account): Promise<Check> {
  if (isSandbox(account)) return ok('upstream', `${account.id} is the sandbox.`);
  const { hostname, port: given, protocol } = new URL(account.baseUrl);
  const number = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  const problem = await canConnect(hostname.replace(/^\[|\]$/g, ''), number);
  return problem === null
    ? ok('upstream', `${account.id}: ${hostname} takes connections.`)
    : failed('upstream', `${account.id}: ${hostname} does not: ${problem}.`, ERRORS.upstream_unreachable.next);
}
