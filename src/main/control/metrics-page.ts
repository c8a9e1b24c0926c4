import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../shared/errors.ts';

/** The page that Prometheus scrapes. */
export interface MetricsPage {
  /** The hash of the token that opens it; null while there is no page. */
  readonly keyHash: () => string | null;
  /** What is on it; null while nothing is counted. */
  readonly text: () => Promise<string | null>;
}

/** Shows the metrics to whoever has their token, which opens nothing else. */
export async function serveMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  page: MetricsPage,
): Promise<void> {
  request.resume();
  const expected = page.keyHash();
  if (expected === null || (request.method !== 'GET' && request.method !== 'HEAD')) {
    send(response, 404, 'text/plain', 'There is nothing here.');
  } else if (!opens(request.headers.authorization, expected)) {
    response.setHeader('www-authenticate', 'Bearer');
    send(response, 401, 'text/plain', messageOf('metrics_key_invalid'));
  } else {
    const text = await page.text().catch(() => null);
    if (text === null) send(response, 503, 'text/plain', 'Nothing is counted yet.');
    else send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', request.method === 'HEAD' ? '' : text);
  }
}

function opens(authorization: string | undefined, expected: string): boolean {
  const key = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hash('sha256', key, 'buffer'), Buffer.from(expected.slice('sha256:'.length), 'hex'));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
