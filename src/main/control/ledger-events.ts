import type { Ledger, LedgerEvents } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Log } from '../logs/log.ts';
import type { Notices } from './notices.ts';
import { say } from '../../shared/sentences.ts';

/** How long turns that end may wait for the log's last pages; the reader may have a long question to answer first. */
const LONGEST_HOLD_MS = 20;

/** What follows from what a ledger tells of itself; reader and ledger are made after it. */
interface LedgerEventsOptions {
  readonly reader: () => Pick<LedgerReader, 'checkpoint'>;
  readonly ledger: () => Pick<Ledger, 'lost' | 'hasGrown' | 'hold'>;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly notices: Notices;
  readonly log: Log;
}

/** Folds a ledger's log back when that is due, and tells the person of rows that cannot be written. */
export function eventsOfLedger(options: LedgerEventsOptions): LedgerEvents {
  const { ledger, notices, log } = options;
  return {
    onCheckpointDue: () => {
      foldLog(options).catch((error: unknown) => {
        log.warn({ error: String(error) }, say('log_ledger_fold'));
      });
    },
    onTrouble: (reason) => {
      if (reason === null) notices.clear('ledger_write_failed');
      else notices.raise('ledger_write_failed', say('ledger_lost', { reason, lost: ledger().lost }));
    },
  };
}

/**
 * Twice under load: most of the log while rows come, and the rest, a few pages, while none does. Else it would grow for as
 * long as the load lasts.
 */
async function foldLog({ reader, ledger, after }: LedgerEventsOptions): Promise<void> {
  await reader().checkpoint();
  if (!ledger().hasGrown) return;
  const goOn = ledger().hold();
  const cancel = after(LONGEST_HOLD_MS, goOn);
  try {
    await reader().checkpoint();
  } finally {
    cancel();
    goOn();
  }
}
