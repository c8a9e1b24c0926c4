import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { localZone } from '../../shared/calendar.ts';
import type { DATA_CALLS } from '../../shared/calls/data.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { exportText } from '../ledger/export.ts';
import type { OldTurns } from '../ledger/keeping.ts';
import { ledgerFile } from '../ledger/ledger.ts';
import { runTask } from '../ledger/task.ts';
import { previewRetention } from './retention.ts';
import type { ControlRooms } from './rooms.ts';

/** Turns in one piece of an export: enough to be quick, few enough to stay small in memory. */
const PIECE = 500;

type Answered =
  'export.piece' | 'retention.preview' | 'retention.apply' | 'backup.make' | 'capture.get' | 'capture.wipe';

/** The data as a whole: written out, kept, let go, copied. */
export function dataCalls({
  reader,
  home,
  now,
  zone = localZone(),
  forgetTurns,
  captures,
}: ControlRooms): Pick<HandlersOf<typeof DATA_CALLS>, Answered> {
  const find = (before: number): Promise<OldTurns> => runTask(ledgerFile(home), 'oldTurns', { before });
  return {
    'export.piece': async ({ format, filter, after }) => {
      const { turns, more } = await reader.page({ order: 'oldest', after, limit: PIECE, filter });
      return { text: exportText(turns, format, after === 0), next: more ? (turns.at(-1)?.seq ?? null) : null };
    },
    'retention.preview': ({ days }) => previewRetention({ find, now, zone }, days),
    'retention.apply': async ({ days }) => ({ removed: await forgetTurns(days) }),
    'capture.get': async ({ turn }) => (await captures.read(turn)) ?? { prompt: null, answer: null, cut: false },
    'capture.wipe': async () => ({ removed: await captures.wipe() }),
    'backup.make': async () => {
      const folder = join(home, 'backups');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, `ledger-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}.sqlite`);
      return { file, ...(await runTask(ledgerFile(home), 'backUp', { to: file })) };
    },
  };
}
