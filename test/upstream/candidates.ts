import { AccountSchema } from '../../src/shared/account.ts';
import { makeSecret } from '../../src/main/secrets/secret.ts';
import { AccountLoad } from '../../src/main/upstream/account-load.ts';
import type { Candidate } from '../../src/main/upstream/failover.ts';

/** An account that may answer a turn, with these keys. */
export function candidateOf(id: string, keys: readonly string[], more: Partial<Candidate> = {}): Candidate {
  const account = AccountSchema.parse({
    id,
    provider: 'openai',
    kind: 'apikey',
    baseUrl: 'https://provider.invalid/v1',
    keys: keys.map((_, index) => ({ env: `KEY_${index}` })),
  });
  const secrets = keys.map(makeSecret);
  const ready = { account, origin: 'https://provider.invalid', basePath: '/v1', keys: [], secrets };
  return { ready, secrets, load: new AccountLoad(), model: 'gpt-5.5', sticky: false, bound: false, ...more };
}
