import { ArrowRight, Ban, Check, Eye, Filter, type LucideIcon, Replace } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Action } from '../../shared/policy.ts';
import type { Turn } from '../../shared/turn.ts';
import { Chip } from '../components/chip.tsx';
import { classNames } from '../components/class-names.ts';
import { TierChip } from '../components/tier-chip.tsx';
import { Unknown } from '../components/unknown.tsx';
import { dayOf, duration, fullCount, shortCount, timeOfDay } from '../words/figure.ts';
import { tiersOf } from '../words/tier-word.ts';
import { modelOf, resultOf, spansOf, verdictWord } from '../words/turn-word.ts';

/** One turn; drawn again only when the turn itself is another. */
export const TurnRow = memo(function TurnRow({
  turn,
  sandbox,
  arrived,
}: {
  readonly turn: Turn;
  /** True when the built-in upstream answered. */
  readonly sandbox: boolean;
  /** True when it came while the list was on the screen. */
  readonly arrived: boolean;
}) {
  const model = modelOf(turn);
  return (
    <tr className={classNames('hover:bg-hover', arrived && 'animate-arrive')}>
      <th scope="row" className={classNames(CELL, 'pl-4 text-left font-normal')}>
        <time dateTime={new Date(turn.startedAt).toISOString()}>
          <Lines
            first={<span className="tabular-nums">{timeOfDay(turn.startedAt)}</span>}
            second={dayOf(turn.startedAt)}
          />
        </time>
      </th>
      <td className={CELL}>
        <Lines
          first={<span title={turn.tool}>{turn.tool}</span>}
          second={
            sandbox ? (
              <Chip tone="accent" className="align-top">
                Sandbox
              </Chip>
            ) : (
              (turn.account ?? <Unknown why="no account chosen" />)
            )
          }
        />
      </td>
      <td className={CELL}>
        <Lines
          first={model.name === null ? <Unknown why="model not known" /> : <span title={model.name}>{model.name}</span>}
          second={
            <span title={model.note ?? undefined}>
              {model.note ?? `${turn.dialect}${turn.transport === 'websocket' ? ' · websocket' : ''}`}
            </span>
          }
        />
      </td>
      <td className={CELL}>
        <Tiers turn={turn} />
      </td>
      <td className={CELL}>
        <VerdictCell turn={turn} />
      </td>
      <td className={classNames(CELL, 'text-right tabular-nums')}>
        <Tokens tokens={turn.tokens} />
      </td>
      <td className={CELL}>
        <Result turn={turn} />
      </td>
      <td className={classNames(CELL, 'pr-4 text-right tabular-nums')}>
        <Spans turn={turn} />
      </td>
    </tr>
  );
});

const CELL = 'h-12 border-b border-line px-2 py-0 align-middle';

function Lines({ first, second }: { readonly first: ReactNode; readonly second: ReactNode }) {
  return (
    <span className="block">
      <span className="block h-5 truncate leading-5">{first}</span>
      <span className="block h-[1.125rem] truncate text-xs leading-[1.125rem] text-ink-faint">{second}</span>
    </span>
  );
}

function Tiers({ turn }: { readonly turn: Turn }) {
  const { requested, sent, served, billed } = tiersOf(turn);
  return (
    <div className="flex flex-col gap-0.5">
      <div className="flex items-center gap-1">
        <TierChip role="requested" figure={requested} />
        <Arrow />
        <TierChip role="sent" figure={sent} />
        <Arrow />
        <TierChip role="served" figure={served} />
      </div>
      {billed !== null && (
        <div className="flex items-center gap-1.5 text-2xs text-ink-faint">
          <span aria-hidden="true">billed</span>
          <TierChip role="billed" figure={billed} />
        </div>
      )}
    </div>
  );
}

function Arrow() {
  return <ArrowRight aria-hidden="true" className="size-3 shrink-0 text-ink-faint" />;
}

const VERDICT_LOOKS: Readonly<Record<Action, { readonly Icon: LucideIcon; readonly className: string }>> = {
  pass: { Icon: Check, className: 'text-ink-soft' },
  filter: { Icon: Filter, className: 'text-accent' },
  force: { Icon: Replace, className: 'text-accent' },
  block: { Icon: Ban, className: 'text-bad' },
};

function VerdictCell({ turn: { verdict, rule, observed } }: { readonly turn: Turn }) {
  if (verdict === null) {
    return <Lines first={<Unknown why="not judged: the request could not be read" />} second="not judged" />;
  }
  const { Icon, className } = VERDICT_LOOKS[verdict];
  const would = observed.map(({ rule: id, action }) => `${id} would have ${verdictWord(action)}`).join(', ');
  return (
    <Lines
      first={
        <span className={classNames('inline-flex items-center gap-1.5 align-top', className)}>
          <Icon aria-hidden="true" className="size-3.5" />
          {verdictWord(verdict)}
        </span>
      }
      second={
        <span className="inline-flex max-w-full items-center gap-1 align-top">
          <span className="truncate" title={rule ?? 'No rule matched'}>
            {rule ?? 'no rule'}
          </span>
          {would !== '' && (
            <span title={`Observed: ${would}`} className="text-accent">
              <Eye aria-hidden="true" className="size-3" />
              <span className="sr-only">observed: {would}</span>
            </span>
          )}
        </span>
      }
    />
  );
}

function Tokens({ tokens: { input, cached, output } }: { readonly tokens: Turn['tokens'] }) {
  if (input === null && cached === null && output === null) return <Unknown why="tokens not known" />;
  return (
    <Lines
      first={
        <>
          <Count name="input" count={input} /> <span className="text-ink-faint">/</span>{' '}
          <Count name="output" count={output} />
        </>
      }
      second={
        <>
          <Count name="cached" count={cached} /> cached
        </>
      }
    />
  );
}

function Count({ name, count }: { readonly name: string; readonly count: number | null }) {
  if (count === null) return <Unknown why={`${name} tokens not known`} />;
  return (
    <span title={`${fullCount(count)} ${name} tokens`}>
      <span className="sr-only">{name} </span>
      {shortCount(count)}
    </span>
  );
}

const RESULT_LOOKS = { good: 'text-good', warn: 'text-warn', bad: 'text-bad' } as const;

function Result({ turn }: { readonly turn: Turn }) {
  const { tone, status, error, help } = resultOf(turn);
  return (
    <Lines
      first={
        <span className="inline-flex items-center gap-1.5 align-top">
          <span className={classNames('tabular-nums', RESULT_LOOKS[tone])}>
            {status ?? <Unknown why="the tool left before there was a status" />}
          </span>
          {turn.partial && (
            <Chip tone="warn" title="The turn ended without its last event, so its figures may be incomplete">
              partial
            </Chip>
          )}
        </span>
      }
      second={error !== null && <span title={help === null ? error : `${error}: ${help}`}>{error}</span>}
    />
  );
}

function Spans({ turn }: { readonly turn: Turn }) {
  const { first, whole } = spansOf(turn);
  return (
    <Lines
      first={duration(whole)}
      second={
        <>
          <span className="sr-only">first token </span>
          {first === null ? (
            <Unknown why="first token: not known" />
          ) : (
            <span title="First token">{duration(first)} first</span>
          )}
        </>
      }
    />
  );
}
