import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/control.ts';
import type { Action, Policy } from '../../../shared/policy.ts';
import { useAnswer } from '../../call.ts';
import { Chip, type ChipTone } from '../../components/chip.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { TextField } from '../../components/field.tsx';
import { useStatus } from '../../gateway-state.ts';
import { actionName } from '../../words/rule-word.ts';
import { verdictWord } from '../../words/turn-word.ts';

/** The colour of what a policy does with a turn. */
const ACTION_TONES: Readonly<Record<Action, ChipTone>> = {
  pass: 'plain',
  filter: 'good',
  force: 'accent',
  block: 'bad',
};

/** What would happen to a request typed by hand, under a policy that is not saved yet, or (null) the one in force. */
export function PolicyTrial({
  policy,
  valid = true,
}: {
  readonly policy: Policy | null;
  /** False while the policy cannot be used. */
  readonly valid?: boolean;
}) {
  const { t } = useTranslation('policy');
  const { data: status } = useStatus();
  const [tool, setTool] = useState('codex');
  const [model, setModel] = useState('gpt-5.5');
  const [tier, setTier] = useState('priority');
  const request = useDeferredValue(
    JSON.stringify({ tool: tool.trim(), model: model.trim(), tier: tier.trim() === '' ? null : tier, policy }),
  );
  const { policy: tried, ...asked } = JSON.parse(request) as {
    readonly tool: string;
    readonly model: string;
    readonly tier: string | null;
    readonly policy: Policy | null;
  };
  const ready = asked.tool !== '' && asked.model !== '';
  const verdict = useAnswer(
    'policy.try',
    { ...asked, ...(tried === null ? {} : { policy: tried }) },
    { enabled: ready && valid, keep: true },
  );

  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
        <TextField
          label={t('trial.tool')}
          value={tool}
          list="known-tools"
          onChange={({ target }) => setTool(target.value)}
        />
        <datalist id="known-tools">
          {status?.tools.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <TextField label={t('trial.model')} value={model} onChange={({ target }) => setModel(target.value)} />
        <TextField
          label={t('trial.tier')}
          value={tier}
          placeholder={t('trial.noTier')}
          onChange={({ target }) => setTier(target.value)}
        />
      </div>
      <div aria-live="polite" className="min-h-10">
        {!valid ? (
          <p className="text-ink-soft">{t('trial.invalid')}</p>
        ) : !ready ? (
          <p className="text-ink-soft">{t('trial.incomplete')}</p>
        ) : verdict.error !== null ? (
          <ErrorState error={verdict.error} />
        ) : (
          verdict.data !== undefined && <TrialVerdict verdict={verdict.data} />
        )}
      </div>
    </div>
  );
}

function TrialVerdict({ verdict }: { readonly verdict: CallOutput<'policy.try'> }) {
  const { t } = useTranslation('policy');
  const { action, rule, sentTier, message, account, observed } = verdict;
  return (
    <div data-verdict={action} className="flex flex-col gap-1">
      <p className="flex flex-wrap items-center gap-2 text-base">
        <Chip tone={ACTION_TONES[action]}>{verdictWord(action)}</Chip>
        {action === 'block' ? (
          <span>{t('trial.blocked', { message: message ?? '' })}</span>
        ) : sentTier === null ? (
          <span>{t('trial.sentBare', { account })}</span>
        ) : (
          <span>{t('trial.sent', { tier: sentTier, account })}</span>
        )}
      </p>
      <p className="text-ink-soft">{rule === null ? t('trial.noRule') : t('trial.rule', { rule })}</p>
      {observed.map((one) => (
        <p key={one.rule} className="text-ink-soft">
          {t('trial.observed', { rule: one.rule, action: actionName(one.action) })}
        </p>
      ))}
    </div>
  );
}
