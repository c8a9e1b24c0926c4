import { History, Plus, ShieldCheck, TriangleAlert, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { useMinute } from '../../clock.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ReorderList } from '../../components/reorder-list.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import type { Policy } from '../../../shared/policy.ts';
import { usePolicy, useStatus } from '../../gateway-state.ts';
import { type PolicyChanges, usePolicyChanges } from '../../policy-save.ts';
import { navigate, useRoute } from '../../route.ts';
import { blankRule, formOf, type RuleForm } from '../../rule-form.ts';
import { PolicyFileMenu } from './policy-file-menu.tsx';
import { PolicyHistory } from './policy-history.tsx';
import { PolicyTrial } from './policy-trial.tsx';
import { RuleDialog } from './rule-dialog.tsx';
import { RuleRow } from './rule-row.tsx';

/** What the rule dialog is open for: which rule, null for a new one, and what the form begins with. */
interface Editing {
  readonly id: string | null;
  readonly begin: RuleForm;
}

/** The policy: its rules in the order in which they are read, and what they would do. */
export function PolicyPage() {
  const { t } = useTranslation('policy');
  const policy = usePolicy();
  const route = useRoute();
  const changes = usePolicyChanges(policy.data);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [history, setHistory] = useState(false);
  // An address that asks for a new rule, such as from a turn, opens the form by itself.
  const asked = route.id === 'new' ? { id: null, begin: blankRule(route.query) } : null;
  const open = editing ?? asked;

  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        policy.data !== undefined && (
          <>
            {changes.undo !== null && (
              <Button look="bare" busy={changes.save.isPending} onClick={changes.undo}>
                <Undo2 aria-hidden="true" className="size-3.5" />
                {t('undo')}
              </Button>
            )}
            <Button onClick={() => setHistory(true)}>
              <History aria-hidden="true" className="size-3.5" />
              {t('history.open')}
            </Button>
            <PolicyFileMenu policy={policy.data} changes={changes} />
            <Button look="primary" onClick={() => setEditing({ id: null, begin: blankRule() })}>
              <Plus aria-hidden="true" className="size-3.5" />
              {t('newRule')}
            </Button>
          </>
        )
      }
    >
      <PolicySource />
      {changes.save.error !== null && open === null && (
        <ErrorState error={changes.save.error}>
          <p className="mt-1 text-ink-soft">{t('nothingChanged')}</p>
        </ErrorState>
      )}
      {policy.data !== undefined ? (
        <>
          <Rules
            policy={policy.data}
            changes={changes}
            marked={route.id}
            onEdit={(id, begin) => setEditing({ id, begin })}
          />
          <Panel title={t('trial.title')}>
            <PolicyTrial policy={null} />
          </Panel>
        </>
      ) : policy.error !== null ? (
        <ErrorState error={policy.error} onRetry={() => void policy.refetch()} />
      ) : (
        <Panel className="overflow-hidden">
          <Skeleton label={t('reading')} rows={3} />
        </Panel>
      )}
      {open !== null && policy.data !== undefined && (
        <RuleDialog
          {...open}
          policy={policy.data}
          changes={changes}
          onClose={() => {
            changes.save.reset();
            setEditing(null);
            if (route.id === 'new') navigate(hrefOf('policy'), { replace: true });
          }}
        />
      )}
      {history && <PolicyHistory changes={changes} onClose={() => setHistory(false)} />}
    </Page>
  );
}

function Rules({
  policy,
  changes,
  marked,
  onEdit,
}: {
  readonly policy: Policy;
  readonly changes: PolicyChanges;
  /** The rule that the address means. */
  readonly marked: string | null;
  readonly onEdit: (id: string | null, begin: RuleForm) => void;
}) {
  const { t } = useTranslation('policy');
  const now = useMinute();
  const hits = useAnswer('policy.hits', {});
  if (policy.rules.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<ShieldCheck />} title={t('empty.title')}>
          <p>{t('empty.text')}</p>
          <Button look="primary" className="mt-4" onClick={() => onEdit(null, blankRule())}>
            {t('newRule')}
          </Button>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel>
      <ReorderList
        label={t('rules')}
        items={policy.rules}
        keyOf={({ id }) => id}
        nameOf={({ id }) => id}
        onReorder={(ids) => changes.change({ kind: 'order', ids })}
      >
        {(rule, handle) => (
          <RuleRow
            rule={rule}
            handle={handle}
            now={now}
            marked={rule.id === marked}
            hits={hits.data?.rules.find((one) => one.rule === rule.id) ?? (hits.data === undefined ? undefined : null)}
            changes={changes}
            onEdit={() => onEdit(rule.id, formOf(rule))}
            onDuplicate={() => onEdit(null, { ...formOf(rule), id: '' })}
          />
        )}
      </ReorderList>
      <p className="border-t border-line px-4 py-2.5 text-ink-soft">{t('everyOther')}</p>
    </Panel>
  );
}

function PolicySource() {
  const { t } = useTranslation('policy');
  const { data: status } = useStatus();
  if (status === undefined || status.policySource === 'settings') return null;
  return (
    <p role="status" className="flex gap-2.5 rounded-md bg-warn-wash px-3 py-2.5">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
      {status.policySource === 'default' ? t('source.default') : t('source.lastGood')}
    </p>
  );
}
