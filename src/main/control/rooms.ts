import type { CallOutput, Status } from '../../shared/control.ts';
import type { Pause } from '../gateway/pause.ts';
import type { Captures } from '../ledger/captures.ts';
import type { TurnQuestions } from '../ledger/no-ledger.ts';
import type { Keychain } from '../secrets/keychain.ts';
import type { PolicyEntry } from '../settings/policy-history.ts';
import type { SettingsStore } from '../settings/store.ts';
import type { Dispatch } from '../upstream/dispatch.ts';
import type { Dump } from '../upstream/dump.ts';

/** The rooms that the window and the command line may ask. */
export interface ControlRooms {
  readonly status: () => Status;
  readonly settings: SettingsStore;
  readonly reader: TurnQuestions;
  readonly keychain: Keychain;
  /** The policies that were in force, newest first. */
  readonly policyHistory: () => readonly PolicyEntry[];
  readonly now: () => number;
  /** The data folder. */
  readonly home: string;
  /** The zone in which days begin, where it is not this machine's. */
  readonly zone?: string | undefined;
  /** Lets go of turns older than so many days; returns how many. */
  readonly forgetTurns: (days: number) => Promise<number>;
  /** Turns have been given other prices. */
  readonly repriced: () => Promise<void>;
  /** The variables in which keys may be. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sends one turn to the sandbox, the way a tool would; returns its id. Throws `sandbox_silent`. */
  readonly sandboxTurn: () => Promise<string>;
  /** Asks an account's upstream for something that costs nothing, with each of its keys. */
  readonly testAccount: (id: string) => Promise<CallOutput<'account.test'>>;
  /** Forgets what an account's failures have led to; false where there is no such account. */
  readonly resetAccount: (id: string) => boolean;
  /** Drops what is held in memory of a login that was imported or taken away. */
  readonly forgetLogin: (name: string) => void;
  /** Fetches the accounts' keys again. */
  readonly reloadKeys: () => Promise<void>;
  readonly pause: Pick<Pause, 'begin' | 'end'>;
  readonly dispatch: Pick<Dispatch, 'pool'>;
  readonly dump: Pick<Dump, 'read'>;
  readonly captures: Pick<Captures, 'read' | 'wipe'>;
}
