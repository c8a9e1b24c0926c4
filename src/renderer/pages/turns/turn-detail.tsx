import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { useStatus } from '../../gateway-state.ts';
import { curlOf } from '../../words/connect-snippet.ts';
import { momentOf } from '../../words/figure.ts';
import { modelOf, resultOf } from '../../words/turn-word.ts';
import { TurnAttempts } from './turn-attempts.tsx';
import { TurnCost } from './turn-cost.tsx';
import { TurnNeighbours } from './turn-neighbours.tsx';
import { TurnPath } from './turn-path.tsx';
import { TurnRecords } from './turn-records.tsx';
import { TurnTimeline } from './turn-timeline.tsx';

/** Everything about one turn, beside the list; over it where the window is narrow. */
export function TurnDetail({
  id,
  turns,
  onGo,
}: {
  readonly id: string;
  /** The list, for what is above and below. */
  readonly turns: readonly Turn[];
  /** Goes to another turn; null closes. */
  readonly onGo: (id: string | null) => void;
}) {
  const { t } = useTranslation('turns');
  const answer = useAnswer('turns.get', { id });
  const at = turns.findIndex((turn) => turn.id === id);
  // What the list has is on the screen at once; the rest follows.
  const turn = answer.data?.turn ?? turns[at] ?? null;
  const newer = at > 0 ? turns[at - 1] : undefined;
  const older = at === -1 ? undefined : turns[at + 1];
  return (
    <aside
      aria-label={t('detail')}
      className="relative flex w-[30rem] shrink-0 flex-col border-l border-line bg-panel max-[1439px]:absolute max-[1439px]:inset-y-0 max-[1439px]:right-0 max-[1439px]:z-20 max-[1439px]:max-w-full max-[1439px]:shadow-dialog"
    >
      <div className="flex h-10 items-center gap-1 border-b border-line pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate font-semibold">
          {turn === null ? t('detail') : (modelOf(turn).name ?? t('modelUnknown'))}
        </h2>
        <Button
          look="bare"
          size="icon"
          aria-label={t('newer')}
          title={`${t('newer')} (k)`}
          disabled={newer === undefined}
          onClick={() => newer !== undefined && onGo(newer.id)}
        >
          <ChevronUp aria-hidden="true" className="size-4" />
        </Button>
        <Button
          look="bare"
          size="icon"
          aria-label={t('older')}
          title={`${t('older')} (j)`}
          disabled={older === undefined}
          onClick={() => older !== undefined && onGo(older.id)}
        >
          <ChevronDown aria-hidden="true" className="size-4" />
        </Button>
        <Button look="bare" size="icon" aria-label={t('closeDetail')} title="Esc" onClick={() => onGo(null)}>
          <X aria-hidden="true" className="size-4" />
        </Button>
      </div>
      <Scroll id={id} label={t('detail')}>
        {turn !== null ? (
          <Detail turn={turn} neighbours={answer.data?.neighbours ?? null} />
        ) : answer.error !== null ? (
          <div className="p-4">
            <ErrorState error={answer.error} onRetry={() => void answer.refetch()} />
          </div>
        ) : answer.data === undefined ? (
          <Skeleton label={t('readingOne')} rows={6} />
        ) : (
          <p className="p-4 text-ink-soft">{t('gone')}</p>
        )}
      </Scroll>
    </aside>
  );
}

function Scroll({
  id,
  label,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly children: ReactNode;
}) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    element.current?.scrollTo({ top: 0 });
  }, [id]);
  return (
    <div
      ref={element}
      tabIndex={0}
      role="region"
      aria-label={label}
      className="relative min-h-0 flex-1 overflow-y-auto -outline-offset-2"
    >
      {children}
    </div>
  );
}

function Detail({ turn, neighbours }: { readonly turn: Turn; readonly neighbours: readonly Turn[] | null }) {
  const { t } = useTranslation('turns');
  const { data: status } = useStatus();
  const { tone, error, help } = resultOf(turn);
  return (
    <div className="flex flex-col">
      <div className="flex flex-wrap items-center gap-1.5 border-b border-line px-4 py-2.5">
        <p className="mr-auto text-xs text-ink-soft">
          {momentOf(turn.startedAt)} · {turn.tool}
        </p>
        <CopyButton text={curlOf(turn, status?.baseUrl ?? null)} label={t('copyCurl')} look="quiet">
          {t('copyCurl')}
        </CopyButton>
        {turn.verdict !== null && turn.tiers.requested !== null && (
          <ButtonLink size="small" href={hrefOf('policy', null, { turn: turn.id })}>
            {t('makeRule')}
          </ButtonLink>
        )}
      </div>
      {error !== null && (
        <div className={tone === 'bad' ? 'bg-bad-wash px-4 py-2.5' : 'bg-warn-wash px-4 py-2.5'}>
          <p className="font-medium">
            {turn.status ?? t('noStatus')} <span className="font-mono">{error}</span>
          </p>
          {help !== null && <p className="text-ink-soft">{help}</p>}
        </div>
      )}
      <Part title={t('path')}>
        <TurnPath turn={turn} />
      </Part>
      <Part title={t('timeline')}>
        <TurnTimeline turn={turn} />
      </Part>
      <Part title={t('money')}>
        <TurnCost turn={turn} />
      </Part>
      {(turn.attempts.length > 1 || turn.attempts.some((attempt) => attempt.error !== null)) && (
        <Part title={t('attempts')}>
          <TurnAttempts turn={turn} />
        </Part>
      )}
      {turn.toolCalls.length > 0 && (
        <Part title={t('toolCalls')}>
          <ul className="flex flex-col gap-1">
            {turn.toolCalls.map(({ server, tool, took, error: failure }, index) => (
              <li key={index} className="flex justify-between gap-3 font-mono text-xs">
                <span className="truncate">
                  {server}.{tool} {failure !== null && <span className="text-bad">{failure}</span>}
                </span>
                <span className="tabular-nums">{took} ms</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {turn.session !== null && (
        <Part title={t('session')}>
          <TurnNeighbours turn={turn} session={turn.session} neighbours={neighbours} />
        </Part>
      )}
      <Part title={t('records')}>
        <TurnRecords id={turn.id} />
      </Part>
      <Part title={t('facts')}>
        <Facts turn={turn} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="border-b border-line px-4 py-3 last:border-b-0">
      <h3 className="mb-2 text-xs font-medium text-ink-faint">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  const facts: readonly (readonly [string, string | null])[] = [
    [t('fact.id'), turn.id],
    [t('fact.responseId'), turn.responseId],
    [t('fact.account'), turn.account],
    [t('fact.key'), turn.ownKey === true ? t('ownKey', { key: turn.keyFingerprint }) : turn.keyFingerprint],
    [t('fact.route'), turn.route === null ? null : `/v1${turn.route}`],
    [t('fact.protocol'), `${turn.dialect} · ${turn.transport}${turn.streamed ? ` · ${t('streamed')}` : ''}`],
    [t('fact.prices'), turn.priceVersion],
  ];
  return (
    <dl className="grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-soft">{name}</dt>
          <dd className="truncate font-mono select-all" title={value ?? undefined}>
            {value ?? <Unknown />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
