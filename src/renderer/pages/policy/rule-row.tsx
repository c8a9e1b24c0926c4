import { Ellipsis } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/control.ts';
import type { Rule } from '../../../shared/policy.ts';
import { hrefOf } from '../../address.ts';
import { Button } from '../../components/button.tsx';
import { Chip } from '../../components/chip.tsx';
import { classNames } from '../../components/class-names.ts';
import { Menu, MenuItem } from '../../components/menu.tsx';
import { Switch } from '../../components/switch.tsx';
import type { PolicyChanges } from '../../policy-save.ts';
import { navigate } from '../../route.ts';
import { distanceOf, fullCount } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';
import { ruleSentence, ruleWords } from '../../words/rule-word.ts';

/** How often a rule has decided; null is never, undefined is not known. */
type Hits = CallOutput<'policy.hits'>['rules'][number] | null | undefined;

/** One rule: its place, whether it is on, its sentence, and how often it has decided. */
export function RuleRow({
  rule,
  handle,
  now,
  marked,
  hits,
  changes,
  onEdit,
  onDuplicate,
}: {
  readonly rule: Rule;
  readonly handle: ReactNode;
  readonly now: number;
  readonly marked: boolean;
  readonly hits: Hits;
  readonly changes: PolicyChanges;
  readonly onEdit: () => void;
  readonly onDuplicate: () => void;
}) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (marked) row.current?.scrollIntoView({ block: 'nearest' });
  }, [marked]);
  const { save } = changes;
  const wanted = save.variables;
  const saving = save.isPending && wanted?.kind === 'enable' && wanted.id === rule.id;

  return (
    <div
      ref={row}
      className={classNames('flex items-start gap-2.5 py-2.5 pr-3 pl-2', marked && 'animate-arrive bg-hover')}
    >
      {handle}
      <div className="pt-[0.1875rem]">
        <Switch
          checked={saving ? wanted.enabled : rule.enabled}
          busy={saving}
          label={t('switch', { id: rule.id, sentence: ruleSentence(rule, now) })}
          onChange={(enabled) => void changes.change({ kind: 'enable', id: rule.id, enabled })}
        />
      </div>
      <RuleText rule={rule} now={now} />
      <RuleHits rule={rule.id} hits={hits} now={now} />
      <Button size="small" aria-label={t('editRule', { id: rule.id })} onClick={onEdit}>
        {t('common:edit')}
      </Button>
      <Menu
        label={t('moreFor', { id: rule.id })}
        trigger={
          <Button look="bare" size="icon" aria-label={t('moreFor', { id: rule.id })}>
            <Ellipsis aria-hidden="true" className="size-4" />
          </Button>
        }
      >
        <MenuItem onSelect={onDuplicate}>{t('duplicate')}</MenuItem>
        <MenuItem onSelect={() => navigate(hrefOf('turns', null, { rule: rule.id }))}>{t('showTurns')}</MenuItem>
        <MenuItem onSelect={() => void changes.change({ kind: 'remove', id: rule.id })}>{t('common:remove')}</MenuItem>
      </Menu>
    </div>
  );
}

function RuleText({ rule, now }: { readonly rule: Rule; readonly now: number }) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  const { limits, observes, until } = ruleWords(rule, now);
  const idle = !rule.enabled || until?.over === true;
  return (
    <div className="min-w-0 flex-1">
      <Sentence rule={rule} now={now} idle={idle} />
      <p className="mt-0.5 flex flex-wrap items-center gap-1.5 text-xs text-ink-faint">
        <span className="font-mono">{rule.id}</span>
        {!rule.enabled && <Chip>{t('off')}</Chip>}
        {observes && (
          <Chip tone="accent" title={t('observeWhy')}>
            {t('observeOnly')}
          </Chip>
        )}
        {until !== null && (
          <Chip tone={until.over ? 'plain' : 'warn'}>
            {until.over ? t('words:rule.ended', { time: until.text }) : t('words:rule.until', { time: until.text })}
          </Chip>
        )}
        {limits.length === 0 && <span>{t('everything')}</span>}
      </p>
    </div>
  );
}

/** A rule as a sentence, with its tier standing out. */
export function Sentence({
  rule,
  now,
  idle = false,
}: {
  readonly rule: Rule;
  readonly now: number;
  readonly idle?: boolean;
}) {
  const { t } = useTranslation('words');
  const { lead, tier, does, limits } = ruleWords(rule, now);
  return (
    <p className={classNames('text-base wrap-break-word', idle && 'text-ink-faint')}>
      {lead} <strong className="font-semibold">{tier}</strong> {[does, ...limits].join(t('joiner'))}
      {t('period')}
    </p>
  );
}

function RuleHits({ rule, hits, now }: { readonly rule: string; readonly hits: Hits; readonly now: number }) {
  const { t } = useTranslation(['policy', 'common', 'words']);
  if (hits === undefined) return null;
  if (hits === null)
    return <p className="w-36 pt-0.5 text-right text-xs text-ink-faint max-sm:hidden">{t('hits.none')}</p>;
  return (
    <p className="w-36 pt-0.5 text-right text-xs text-ink-faint max-sm:hidden">
      <a href={hrefOf('turns', null, { rule })} className="text-accent hover:underline">
        {t('hits.turns', { count: hits.turns, figure: fullCount(hits.turns) })}
      </a>
      {BigInt(hits.saved) > 0n && (
        <span className="block text-good tabular-nums">{t('hits.saved', { money: moneyOf(hits.saved) })}</span>
      )}
      <span className="block">{t('hits.last', { time: distanceOf(hits.lastAt, now) })}</span>
    </p>
  );
}
