import type { LedgerEvents } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Log } from '../logs/log.ts';
import type { Notices } from './notices.ts';
import { say } from '../../shared/sentences.ts';

/** What follows from what a ledger tells of itself; reader and ledger are made after it. */
interface LedgerEventsOptions {
  readonly reader: () => Pick<LedgerReader, 'checkpoint'>;
  /** Rows that could not be written so far. */
  readonly lost: () => number;
  readonly notices: Notices;
  readonly log: Log;
}

/** Folds a ledger's log back when that is due, and tells the person of rows that cannot be written. */
export function eventsOfLedger({ reader, lost, notices, log }: LedgerEventsOptions): LedgerEvents {
  return {
    onCheckpointDue: () => {
      reader()
        .checkpoint()
        .catch((error: unknown) => {
          log.warn({ error: String(error) }, say('log_ledger_fold'));
        });
    },
    onTrouble: (reason) => {
      if (reason === null) notices.clear('ledger_write_failed');
      else notices.raise('ledger_write_failed', say('ledger_lost', { reason, lost: lost() }));
    },
  };
}
