import { ShieldCheck, TriangleAlert } from 'lucide-react';
import type { Status } from '../../shared/control.ts';
import type { Policy } from '../../shared/policy.ts';
import { useMinute } from '../clock.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { PageHeader } from '../components/page.tsx';
import { Panel } from '../components/panel.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { usePolicy, useStatus } from '../gateway-state.ts';
import { RuleRow } from './rule-row.tsx';

/** The policy's rules, in the order in which they are read. */
export function PolicyPage() {
  const policy = usePolicy();
  const { data: status } = useStatus();
  return (
    <div className="relative h-full overflow-y-auto -outline-offset-2" tabIndex={0} role="region" aria-label="Policy">
      <div className="mx-auto flex max-w-4xl flex-col gap-4 p-6">
        <PageHeader title="Policy">
          For every turn the rules are read from the top, and the first that matches decides. A change counts from the
          next request.
        </PageHeader>
        {status !== undefined && <PolicySource source={status.policySource} />}
        {policy.data !== undefined ? (
          <Rules policy={policy.data} />
        ) : policy.error !== null ? (
          <ErrorState error={policy.error} onRetry={() => void policy.refetch()} />
        ) : (
          <Panel className="overflow-hidden">
            <Skeleton label="Reading the policy" rows={3} />
          </Panel>
        )}
      </div>
    </div>
  );
}

function Rules({ policy: { rules } }: { readonly policy: Policy }) {
  const now = useMinute();
  if (rules.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<ShieldCheck />} title="The policy has no rules">
          <p>Every tier a tool asks for is sent as it is. Write rules with “tiergate policy set FILE”.</p>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel aria-label="Rules">
      <ol>
        {rules.map((rule) => (
          <RuleRow key={rule.id} rule={rule} now={now} />
        ))}
      </ol>
      <p className="px-4 py-3 text-ink-soft">Every other turn passes as it is.</p>
    </Panel>
  );
}

const SOURCES: Readonly<Record<Exclude<Status['policySource'], 'settings'>, string>> = {
  'last-good':
    'The policy in the settings file cannot be used, so the last good one stays in force. Correct the settings file; saving a change here writes it anew.',
  default:
    'The policy in the settings file cannot be used and there is no earlier one, so the built-in policy is in force: Fast and Ultrafast run at Standard.',
};

function PolicySource({ source }: { readonly source: Status['policySource'] }) {
  if (source === 'settings') return null;
  return (
    <p role="status" className="flex gap-2.5 rounded-md bg-warn-wash px-3 py-2.5">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
      {SOURCES[source]}
    </p>
  );
}
