import { ArrowDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { hrefOf } from '../../address.ts';
import { Chip } from '../../components/chip.tsx';
import { TierChip } from '../../components/tier-chip.tsx';
import { Tooltip } from '../../components/tooltip.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { moneyOf } from '../../words/money-word.ts';
import { billedOf, roleName, tiersOf, type TierFigure, type TierRole } from '../../words/tier-word.ts';
import { billingReason, verdictWord, wasAnswered } from '../../words/turn-word.ts';

/** The way of a turn's tier: asked for, sent, served and billed, with the reason at each step. */
export function TurnPath({ turn }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  const { requested, sent, served } = tiersOf(turn);
  const { models, verdict, account, cost } = turn;
  const billing = billingReason(turn);
  return (
    <ol className="flex flex-col">
      <Stage role="requested" figure={requested} model={models.requested} note={t('byTool', { tool: turn.tool })} />
      <Reason>
        <VerdictReason turn={turn} />
      </Reason>
      <Stage
        role="sent"
        figure={sent}
        model={models.upstream === models.requested ? null : models.upstream}
        note={verdict === 'block' || account === null ? t('nothingSent') : t('toAccount', { account })}
      />
      <Reason>
        <TrustReason turn={turn} />
      </Reason>
      <Stage role="served" figure={served} model={models.served === models.upstream ? null : models.served} />
      <Reason>{t(`billing.${billing}`)}</Reason>
      <Stage
        role="billed"
        figure={billedOf(turn)}
        model={null}
        note={cost.total !== null ? moneyOf(cost.total) : billing === 'refused' ? undefined : t('noPrice')}
      />
    </ol>
  );
}

function Stage({
  role,
  figure,
  model,
  note,
}: {
  readonly role: TierRole;
  readonly figure: TierFigure;
  /** Where it is not the model of the step before. */
  readonly model: string | null;
  readonly note?: string | undefined;
}) {
  return (
    <li className="grid grid-cols-[5rem_minmax(0,1fr)] items-center gap-x-3">
      <span className="text-xs text-ink-soft" aria-hidden="true">
        {roleName(role)}
      </span>
      <span className="flex min-w-0 items-center gap-2">
        <TierChip role={role} figure={figure} />
        {model !== null && <code className="truncate font-mono text-xs">{model}</code>}
        {note !== undefined && <span className="truncate text-xs text-ink-faint">{note}</span>}
      </span>
    </li>
  );
}

function Reason({ children }: { readonly children: ReactNode }) {
  return (
    <li className="grid grid-cols-[5rem_minmax(0,1fr)] items-start gap-x-3 py-1">
      <ArrowDown aria-hidden="true" className="mt-0.5 ml-1 size-3.5 text-ink-faint" />
      <div className="text-xs text-ink-soft">{children}</div>
    </li>
  );
}

function VerdictReason({ turn: { verdict, rule, observed, models } }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  if (verdict === null) return <>{t(models.requested === null ? 'notJudgedWhy' : 'notJudgedYet')}</>;
  return (
    <div className="flex flex-col gap-0.5">
      <span className="flex flex-wrap items-center gap-1.5">
        <VerdictMark verdict={verdict} />
        {rule === null ? (
          t('noRuleWhy')
        ) : (
          <a
            href={hrefOf('policy', rule)}
            className="rounded-xs font-mono text-accent underline decoration-accent/40 underline-offset-2 hover:decoration-accent"
          >
            {rule}
          </a>
        )}
      </span>
      {observed.map(({ rule: id, action }) => (
        <span key={id}>{t('wouldHave', { rule: id, verdict: verdictWord(action) })}</span>
      ))}
    </div>
  );
}

function TrustReason({ turn }: { readonly turn: Turn }) {
  const { servedTrust, sentAt } = turn;
  const { t } = useTranslation('turns');
  const { t: word } = useTranslation('words');
  if (servedTrust === null) {
    if (sentAt === null) return <>{t('neverAsked')}</>;
    return <>{t(wasAnswered(turn) ? 'answeredWithoutTier' : 'nobodyAnswered')}</>;
  }
  const tone = servedTrust === 'authoritative' ? 'good' : servedTrust === 'reported' ? 'auto' : 'warn';
  return (
    <Tooltip text={word(`trustWhy.${servedTrust}`)} side="bottom">
      <span tabIndex={0} className="inline-flex items-center gap-1.5 rounded-xs">
        {t('upstreamSays')} <Chip tone={tone}>{word(`trust.${servedTrust}`)}</Chip>
      </span>
    </Tooltip>
  );
}
