import type { ServerResponse } from 'node:http';
import { UsageFilter } from '../dialects/chat-usage.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { GatheredOutlet } from './gathered-outlet.ts';
import { type Outlet, StraightOutlet, TranslatedOutlet } from './outlet.ts';
import type { Plan } from './plan.ts';

/** What an outlet is made of beside the turn's plan. */
export interface OutletQuestion {
  readonly response: ServerResponse;
  readonly turn: string;
  /** The tool's protocol. */
  readonly dialect: Dialect;
  /** Whether the gateway has asked for more than the tool did. */
  readonly additions: boolean;
  readonly now: number;
}

/** The way of an answer to the tool: as it comes, gathered to one body, or through a translation. */
export function chooseOutlet(
  { translated, gathered, leftOut }: Plan,
  { response, turn, dialect, additions, now }: OutletQuestion,
): Outlet {
  const common = { response, turn, leftOut };
  if (gathered) return new GatheredOutlet(common);
  if (translated === null)
    return new StraightOutlet({ ...common, dialect, filter: additions ? new UsageFilter() : null });
  const { by, request } = translated;
  return new TranslatedOutlet({
    ...common,
    translation: by,
    translator: by.answer(request.answer, now),
    streams: request.answer.streams,
  });
}
