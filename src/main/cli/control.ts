import { existsSync } from 'node:fs';
import { type ControlClient, createControlClient } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { answerCall } from '../control/answer.ts';
import { createHandlers } from '../control/handlers.ts';
import { findRunning } from '../control/running.ts';
import { Captures } from '../ledger/captures.ts';
import { ledgerFile } from '../ledger/ledger.ts';
import { NO_LEDGER } from '../ledger/no-ledger.ts';
import { LedgerReader } from '../ledger/reader.ts';
import { SILENT } from '../logs/log.ts';
import { systemKeychain } from '../secrets/keychain.ts';
import { PolicyHistory } from '../settings/policy-history.ts';
import { SettingsStore } from '../settings/store.ts';
import { Connector } from '../upstream/connector.ts';
import { Dispatch } from '../upstream/dispatch.ts';
import { dumpFolder, readDumps } from '../upstream/dump-files.ts';

/**
 * Lets a command ask the gateway that runs on a data folder, so that there is one writer; while none runs, the same
 * contract is answered from the folder itself, with the ledger read-only.
 */
export async function withControl<Result>(
  home: string,
  action: (client: ControlClient) => Promise<Result>,
): Promise<Result> {
  const running = await findRunning(home);
  if (running !== null) return action(createControlClient(running));
  const settings = SettingsStore.open(home);
  const reader = existsSync(ledgerFile(home)) ? new LedgerReader(ledgerFile(home)) : null;
  const captures = new Captures({
    home,
    settings,
    keychain: systemKeychain,
    now: Date.now,
    after: () => () => undefined,
    trouble: () => undefined,
    log: SILENT,
  });
  const dispatch = new Dispatch(new Connector(() => []));
  const handlers = createHandlers({
    settings,
    keychain: systemKeychain,
    reader: reader ?? NO_LEDGER,
    status: notRunning,
    testAccount: notRunning,
    resetAccount: notRunning,
    forgetLogin: () => undefined,
    reloadKeys: () => Promise.resolve(),
    policyHistory: () => new PolicyHistory(home).entries,
    now: Date.now,
    home,
    forgetTurns: notRunning,
    repriced: () => Promise.resolve(),
    environment: process.env,
    sandboxTurn: notRunning,
    pause: { begin: notRunning, end: notRunning },
    dispatch,
    dump: { read: (turn) => readDumps(dumpFolder(home), turn) },
    captures,
  });
  try {
    return await action(
      createControlClient({
        call: (name, input) => answerCall(handlers, name, input),
        subscribe: () => () => undefined,
      }),
    );
  } finally {
    settings.close();
    await dispatch.close();
    await reader?.close();
  }
}

function notRunning(): never {
  throw new TiergateError('gateway_not_running');
}
