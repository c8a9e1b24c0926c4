import { useState } from 'react';
import { ACTIONS, type Action, type Rule } from '../../shared/policy.ts';
import { type Tier, TIERS } from '../../shared/tier.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { classNames } from '../components/class-names.ts';
import { ErrorState } from '../components/error-state.tsx';
import { Select } from '../components/select.tsx';
import { Switch } from '../components/switch.tsx';
import { useSaveRule } from '../gateway-state.ts';
import { changeRule, type RuleChange } from '../rule-change.ts';
import { actionName, ruleSentence, ruleWords } from '../words/rule-word.ts';
import { tierName } from '../words/tier-word.ts';

/** An action being chosen; forcing also needs a tier before it can be saved. */
interface Draft {
  readonly action: Action;
  readonly forceTo: Tier | null;
}

/** One rule: its sentence, whether it is on, and what it does. */
export function RuleRow({ rule, now }: { readonly rule: Rule; readonly now: number }) {
  const save = useSaveRule(rule.id);
  const [draft, setDraft] = useState<Draft | null>(null);
  const edit = draft === null ? null : changeOf(draft);
  const shown = edit === null ? rule : changeRule(rule, edit);
  const choice: Draft = draft ?? { action: rule.action, forceTo: rule.forceTo ?? null };
  const wanted = save.isPending && 'enabled' in save.variables ? save.variables.enabled : rule.enabled;

  const choose = (next: Draft): void => {
    save.reset();
    const same = next.action === rule.action && (next.action !== 'force' || next.forceTo === rule.forceTo);
    setDraft(same ? null : next);
  };
  const drop = (): void => {
    save.reset();
    setDraft(null);
  };

  return (
    <li className="border-b border-line px-4 py-3">
      <div className="flex items-start gap-3.5">
        <div className="pt-1">
          <Switch
            checked={wanted}
            busy={save.isPending}
            label={`Rule ${rule.id}: ${ruleSentence(rule, now)}`}
            onChange={(enabled) => save.mutate({ enabled })}
          />
        </div>
        <RuleText rule={shown} now={now} changed={edit !== null} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <Select
            label={`What rule ${rule.id} does`}
            value={choice.action}
            options={ACTIONS.map((value) => ({ value, name: actionName(value) }))}
            disabled={save.isPending}
            className="w-40"
            onChange={(action) => choose({ action, forceTo: choice.forceTo })}
          />
          {choice.action === 'force' && (
            <Select
              label={`The tier rule ${rule.id} forces`}
              value={choice.forceTo}
              options={TIERS.map((value) => ({ value, name: tierName(value) }))}
              disabled={save.isPending}
              className="w-40"
              onChange={(forceTo) => choose({ action: 'force', forceTo })}
            />
          )}
        </div>
      </div>
      {draft !== null && (
        <div className="mt-2.5 flex items-center justify-end gap-2">
          <span className="mr-auto pl-[2.875rem] text-xs text-ink-soft">
            {edit === null ? 'Choose the tier that is to be sent.' : 'Not saved yet. It counts from the next request.'}
          </span>
          <Button size="small" look="bare" disabled={save.isPending} onClick={drop}>
            Cancel
          </Button>
          <Button
            size="small"
            look="primary"
            busy={save.isPending}
            disabled={edit === null}
            onClick={() => {
              if (edit !== null) save.mutate(edit, { onSuccess: () => setDraft(null) });
            }}
          >
            {save.isPending ? 'Saving…' : 'Save'}
          </Button>
        </div>
      )}
      {save.error !== null && (
        <div className="mt-2.5 pl-[2.875rem]">
          <ErrorState error={save.error}>
            <p className="mt-1 text-ink-soft">Nothing was changed; the rule in force is the one before.</p>
          </ErrorState>
        </div>
      )}
    </li>
  );
}

function changeOf({ action, forceTo }: Draft): RuleChange | null {
  if (action !== 'force') return { action };
  return forceTo === null ? null : { action, forceTo };
}

function RuleText({ rule, now, changed }: { readonly rule: Rule; readonly now: number; readonly changed: boolean }) {
  const { lead, tier, does, limits, observes, until } = ruleWords(rule, now);
  const idle = !rule.enabled || until?.over === true;
  return (
    <div className="min-w-0 flex-1">
      <p className={classNames('text-base', idle && 'text-ink-faint')}>
        {lead} <strong className="font-semibold">{tier}</strong>{' '}
        <span className={classNames(changed && 'rounded-xs bg-accent-wash text-accent')}>{does}</span>
        {limits.length > 0 && `, ${limits.join(', ')}`}.
      </p>
      <p className="mt-1 flex flex-wrap items-center gap-1.5 text-xs text-ink-faint">
        <span className="font-mono">{rule.id}</span>
        {!rule.enabled && <Chip>off</Chip>}
        {observes && (
          <Chip tone="accent" title="Only notes what it would have done; the next rule goes on">
            observe only
          </Chip>
        )}
        {until !== null && (
          <Chip tone={until.over ? 'plain' : 'warn'}>
            {until.over ? 'ended' : 'until'} {until.text}
          </Chip>
        )}
        {limits.length === 0 && <span>every model, account and tool</span>}
      </p>
    </div>
  );
}
