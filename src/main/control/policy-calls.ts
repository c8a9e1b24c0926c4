import { ZodError } from 'zod';
import { SANDBOX_ACCOUNT } from '../../shared/account.ts';
import type { POLICY_CALLS } from '../../shared/calls/policy.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { type Policy, PolicySchema } from '../../shared/policy.ts';
import { type Problem, problemsOf, problemsText } from '../../shared/problem.ts';
import { importSub2api } from '../../shared/sub2api.ts';
import { ledgerFile } from '../ledger/ledger.ts';
import { runTask } from '../ledger/task.ts';
import { tryPolicy } from './policy-try.ts';
import type { ControlRooms } from './rooms.ts';
import { say } from '../../shared/sentences.ts';

/** The policy: what it is and was, what it would do, and putting another in force. */
export function policyCalls({
  settings,
  policyHistory,
  now,
  home,
}: ControlRooms): Omit<HandlersOf<typeof POLICY_CALLS>, 'policy.hits'> {
  return {
    'policy.get': () => settings.current.policy,
    'policy.set': async ({ policy }) => {
      const checked = parsePolicy(policy);
      if ('problems' in checked) throw new TiergateError('policy_invalid', problemsText(checked.problems));
      return (await settings.change((current) => ({ ...current, policy: checked.policy }))).policy;
    },
    'policy.check': ({ policy }) => {
      const checked = parsePolicy(policy);
      return { problems: 'problems' in checked ? checked.problems : [] };
    },
    'policy.read': ({ text }) => {
      const checked = readPolicy(text);
      return 'problems' in checked ? { policy: null, problems: checked.problems } : { ...checked, problems: [] };
    },
    'policy.try': ({ policy, ...request }) => {
      const checked = policy === undefined ? { policy: settings.current.policy } : parsePolicy(policy);
      if ('problems' in checked) throw new TiergateError('policy_invalid', problemsText(checked.problems));
      return tryPolicy(request, checked.policy, settings.current.accounts, now());
    },
    'policy.simulate': async ({ policy, from, until }) => {
      const checked = parsePolicy(policy);
      if ('problems' in checked) throw new TiergateError('policy_invalid', problemsText(checked.problems));
      const { accounts, prices } = settings.current;
      const known = accounts.length === 0 ? [SANDBOX_ACCOUNT] : accounts;
      return runTask(ledgerFile(home), 'simulate', { ...checked, from, until, accounts: known, prices });
    },
    'policy.history': () => ({ entries: [...policyHistory()] }),
  };
}

type Checked = { readonly policy: Policy } | { readonly problems: Problem[] };

/** Reads this program's own document, or the other gateway's, which is told by the name its rules give the tier. */
function readPolicy(text: string): Checked {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return {
      problems: [
        { path: '', message: say('document_json', { reason: error instanceof Error ? error.message : String(error) }) },
      ],
    };
  }
  // Some export the setting, some the document with all settings.
  const inner = member(document, 'openai_fast_policy_settings') ?? member(document, 'policy') ?? document;
  const rules = member(inner, 'rules');
  if (!Array.isArray(rules) || !rules.some((rule) => member(rule, 'service_tier') !== undefined))
    return parsePolicy(inner);
  try {
    return { policy: importSub2api(inner) };
  } catch (error) {
    if (error instanceof ZodError) return { problems: problemsOf(error) };
    throw error;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function parsePolicy(document: unknown): Checked {
  const parsed = PolicySchema.safeParse(document);
  return parsed.success ? { policy: parsed.data } : { problems: problemsOf(parsed.error) };
}
