import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../src/shared/policy.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { decide } from '../../src/main/gateway/decide.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options: { type: 'minor' | 'major' }) => void;

const KIB = 1024;

/** Judges a request with a body of its own; what leaves of it. */
function judge(): Buffer {
  const bytes = Buffer.from(JSON.stringify({ model: 'm', service_tier: 'priority', input: 'x'.repeat(64 * KIB) }));
  const asked = responses.read(bytes);
  if (isUnread(asked)) throw new TypeError('the request cannot be read');
  const decision = decide({
    asked,
    routingHint: null,
    account: { kind: 'apikey', baseUrl: 'https://upstream.example/v1', standardTier: undefined, modelMapping: {} },
    policy: DEFAULT_POLICY,
    tool: 'codex',
    now: 0,
  });
  if (decision.kind === 'block') throw new TypeError('the request was blocked');
  return decision.bytes;
}

test('a body that was judged is let go with the young, long before the whole heap is collected', () => {
  // What the imports have left would begin a collection of the whole heap in the middle of the test, and what is alive then lives on.
  collect({ type: 'major' });
  const before = process.memoryUsage().arrayBuffers;
  for (let left = 400; left > 0; left -= 1) expect(judge().length).toBeLessThan(65 * KIB);
  // What lives through two of these has grown old.
  collect({ type: 'minor' });
  collect({ type: 'minor' });
  expect((process.memoryUsage().arrayBuffers - before) / KIB).toBeLessThan(40 * 64);
});
