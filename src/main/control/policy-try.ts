import { type Account, SANDBOX_ACCOUNT } from '../../shared/account.ts';
import type { CallArguments, CallOutput } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { servesModel } from '../../shared/model.ts';
import type { Policy } from '../../shared/policy.ts';
import { isUnread } from '../dialects/dialect.ts';
import { responses } from '../dialects/responses.ts';
import { decide } from '../gateway/decide.ts';

/** What the door would say to a request typed by hand, for the account that would be asked first. */
export function tryPolicy(
  { tool, account: wanted, model, tier }: Omit<CallArguments<'policy.try'>, 'policy'>,
  policy: Policy,
  accounts: readonly Account[],
  now: number,
): CallOutput<'policy.try'> {
  const account = accountFor(wanted, model, accounts);
  const asked = responses.read(
    Buffer.from(JSON.stringify({ model, ...(tier === null ? {} : { service_tier: tier }), input: '' })),
  );
  if (isUnread(asked)) throw new TiergateError('control_invalid', asked.error.message);
  const decision = decide({ asked, routingHint: null, account, policy, tool, now });
  const { action, rule, observed } = decision.verdict;
  return {
    account: account.id,
    action,
    rule,
    sentTier: decision.kind === 'forward' ? decision.sentTier : null,
    message: decision.kind === 'block' ? decision.message : null,
    observed: [...observed],
  };
}

function accountFor(wanted: string | null, model: string, accounts: readonly Account[]): Account {
  const all = accounts.length === 0 ? [SANDBOX_ACCOUNT] : accounts;
  const [first] = all
    .filter((account) =>
      wanted === null
        ? account.enabled && account.provider !== 'anthropic' && servesModel(account.modelMapping, model)
        : account.id === wanted,
    )
    .toSorted((a, b) => a.priority - b.priority);
  if (first !== undefined) return first;
  throw new TiergateError(
    'control_invalid',
    wanted === null ? `no account serves the model ${model}` : `there is no account ${wanted}`,
  );
}
