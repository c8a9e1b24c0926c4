import { request } from 'undici';
import { TiergateError } from '../../shared/errors.ts';
import type { Dispatch } from './dispatch.ts';

/** Pages that one question may have; a provider that never ends would hold it for ever. */
const MOST_PAGES = 200;

/** How long a page may take. */
const PATIENCE_MS = 30_000;

/** What is asked of an organisation's own books. */
export interface OrganizationRequest {
  /** The account's base URL, ending in `/v1`. */
  readonly baseUrl: string;
  /** The account's way out; absent is straight. */
  readonly proxy?: string | undefined;
  readonly dispatch: Pick<Dispatch, 'pool'>;
  /** An admin key. It goes to this base URL and nowhere else. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
}

/** The buckets of usage, by model and tier, and of costs, by line item; throws `report_refused` or `report_unreadable`. */
export async function fetchBooks(asked: OrganizationRequest): Promise<unknown[]> {
  const usage = await pages(asked, 'usage/completions', {
    limit: '31',
    'group_by[]': ['model', 'service_tier', 'batch'],
  });
  const costs = await pages(asked, 'costs', { limit: '180', 'group_by[]': ['line_item'] });
  return [...usage, ...costs];
}

async function pages(
  asked: OrganizationRequest,
  path: string,
  query: Readonly<Record<string, string | readonly string[]>>,
): Promise<unknown[]> {
  const { baseUrl, from, until } = asked;
  const buckets: unknown[] = [];
  const seen = new Set<string>();
  for (let page: string | null = null; seen.size < MOST_PAGES;) {
    const url = new URL(`${baseUrl.replace(/\/+$/, '')}/organization/${path}`);
    const window = { start_time: String(Math.floor(from / 1000)), end_time: String(Math.ceil(until / 1000)) };
    for (const [name, value] of Object.entries({ ...window, bucket_width: '1d', ...query }))
      for (const one of [value].flat()) url.searchParams.append(name, one);
    if (page !== null) url.searchParams.set('page', page);
    const answer = await get(url, asked);
    buckets.push(...answer.data);
    if (answer.next === null) return buckets;
    if (seen.has(answer.next)) break;
    seen.add((page = answer.next));
  }
  throw new TiergateError('report_unreadable', `the provider’s pages of ${path} do not end`);
}

async function get(
  url: URL,
  { key, proxy, dispatch }: OrganizationRequest,
): Promise<{ data: unknown[]; next: string | null }> {
  let status: number;
  let text: string;
  try {
    // A redirect is an answer like any other: the key goes to no other address.
    const answer = await request(url, {
      dispatcher: dispatch.pool(url.origin, proxy),
      headers: { authorization: `Bearer ${key}`, accept: 'application/json' },
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
    });
    status = answer.statusCode;
    text = await answer.body.text();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    throw new TiergateError('report_refused', `${url.host} could not be asked (${code})`, { cause });
  }
  if (status !== 200) throw new TiergateError('report_refused', `${url.host} answered with status ${status}`);
  const page = parse(text);
  const { data, has_more: more, next_page: next } = page;
  if (!Array.isArray(data)) throw new TiergateError('report_unreadable', 'a page has no data');
  return { data, next: more === true && typeof next === 'string' ? next : null };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new TiergateError('report_unreadable', 'a page is not JSON');
}
