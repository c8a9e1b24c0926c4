import { useState } from 'react';
import { SANDBOX_ACCOUNT } from '../../shared/account.ts';
import type { Turn } from '../../shared/turn.ts';
import { classNames } from '../components/class-names.ts';
import { useStatus } from '../gateway-state.ts';
import { TurnRow } from './turn-row.tsx';

/** Widths are for the smallest window; the model's column takes what a larger one has to spare. */
const COLUMNS = [
  { title: 'Time', className: 'w-21 pl-4' },
  { title: 'Tool', className: 'w-24 lg:w-32 xl:w-44' },
  { title: 'Model', className: '' },
  { title: 'Requested → sent → served', className: 'w-59 lg:w-60 xl:w-72' },
  { title: 'Verdict', className: 'w-24 lg:w-36 xl:w-52' },
  { title: 'Tokens in / out', className: 'w-27 text-right lg:w-30 xl:w-36' },
  { title: 'Result', className: 'w-24 lg:w-36 xl:w-52' },
  { title: 'Duration', className: 'w-24 pr-4 text-right lg:w-28' },
] as const;

/** Turns as a table, newest first. */
export function TurnTable({ turns }: { readonly turns: readonly Turn[] }) {
  const { data: status } = useStatus();
  // Only what comes while one is looking is worth a glance; the rest was there.
  const [latest] = useState(turns[0]?.seq ?? 0);
  const sandboxes = new Set(status?.accounts.filter(({ sandbox }) => sandbox).map(({ id }) => id));
  // The built-in account is not among the settings' accounts.
  sandboxes.add(SANDBOX_ACCOUNT.id);
  return (
    <table className="w-full min-w-[56rem] table-fixed border-separate border-spacing-0">
      <thead>
        <tr>
          {COLUMNS.map(({ title, className }) => (
            <th
              key={title}
              scope="col"
              className={classNames(
                'sticky top-0 z-10 border-b border-line bg-canvas px-2 py-1.5 text-left text-xs font-medium whitespace-nowrap text-ink-faint',
                className,
              )}
            >
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="bg-panel">
        {turns.map((turn) => (
          <TurnRow
            key={turn.seq}
            turn={turn}
            sandbox={turn.account !== null && sandboxes.has(turn.account)}
            arrived={turn.seq > latest}
          />
        ))}
      </tbody>
    </table>
  );
}
