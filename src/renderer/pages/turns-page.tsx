import { Button } from '../components/button.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { useStatus, useTurns } from '../gateway-state.ts';
import { fullCount } from '../words/figure.ts';
import { FirstTurn } from './first-turn.tsx';
import { OpenSessions } from './open-sessions.tsx';
import { TurnTable } from './turn-table.tsx';

/** The live list of turns. */
export function TurnsPage() {
  const { phase, turns, more, error, older, loadOlder, catchUp } = useTurns();
  const { data: status } = useStatus();

  return (
    <div className="flex h-full flex-col">
      <div className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-panel px-4 py-1.5">
        <h1 className="text-base font-semibold">Turns</h1>
        {status !== undefined && status.openTurns > 0 && (
          <span className="text-ink-soft">
            {fullCount(status.openTurns)} {status.openTurns === 1 ? 'turn' : 'turns'} in progress
          </span>
        )}
        <div className="ml-auto flex flex-wrap gap-x-4 text-xs">
          {status !== undefined && <Losses refused={status.refused} lostRows={status.lostRows} />}
        </div>
      </div>
      <OpenSessions sessions={status?.sessions ?? []} />
      <div
        tabIndex={0}
        role="region"
        aria-label="Turns, newest first"
        className="relative min-h-0 flex-1 overflow-auto -outline-offset-2"
      >
        {phase === 'loading' && <Skeleton label="Reading the turns" rows={8} />}
        {phase === 'failed' && (
          <div className="p-4">
            <ErrorState error={error} onRetry={() => void catchUp()} />
          </div>
        )}
        {phase === 'ready' && turns.length === 0 && <FirstTurn />}
        {phase === 'ready' && turns.length > 0 && (
          <>
            {error !== null && (
              <div className="p-4">
                <ErrorState error={error} onRetry={() => void catchUp()} />
              </div>
            )}
            <TurnTable turns={turns} />
            <div className="flex flex-col items-center gap-3 p-4">
              {older.error !== null && <ErrorState error={older.error} onRetry={() => void loadOlder()} />}
              {more ? (
                <Button busy={older.busy} onClick={() => void loadOlder()}>
                  {older.busy ? 'Loading…' : 'Load older'}
                </Button>
              ) : (
                <p className="text-xs text-ink-faint">That is every turn in the ledger.</p>
              )}
            </div>
          </>
        )}
      </div>
    </div>
  );
}

/** What is missing from the list, so that its absence is no riddle. */
function Losses({
  refused,
  lostRows,
}: {
  readonly refused: Readonly<Record<string, number>>;
  readonly lostRows: number;
}) {
  const codes = Object.entries(refused).filter(([, count]) => count > 0);
  const total = codes.reduce((sum, [, count]) => sum + count, 0);
  const detail = codes.map(([code, count]) => `${code} ${fullCount(count)}`).join(', ');
  return (
    <>
      {total > 0 && (
        <span className="text-ink-soft" title="Refused before they became turns, so they are not in the list">
          {fullCount(total)} refused at the door: <span className="font-mono">{detail}</span>
        </span>
      )}
      {lostRows > 0 && (
        <span className="font-medium text-warn">
          {fullCount(lostRows)} {lostRows === 1 ? 'turn was' : 'turns were'} not recorded
        </span>
      )}
    </>
  );
}
