import { useTranslation } from 'react-i18next';
import type { Turn } from '../../../shared/turn.ts';
import { SourceMark } from '../../components/figure.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { fullCount } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';

/** A turn's tokens and what each part of them cost. */
export function TurnCost({ turn: { tokens, cost, costBasis, saved, premium } }: { readonly turn: Turn }) {
  const { t } = useTranslation('turns');
  const hour = tokens.cacheWriteHour ?? 0;
  const parts = [
    { id: 'input', count: tokens.input, money: cost.input },
    { id: 'cached', count: tokens.cached, money: cost.cached },
    {
      id: 'cacheWrite',
      count: tokens.cacheWrite === null ? null : tokens.cacheWrite - hour,
      money: cost.cacheWrite,
    },
    // Few turns write for an hour, and only those have something to tell apart.
    ...(hour === 0 ? [] : [{ id: 'cacheWriteHour', count: hour, money: cost.cacheWriteHour } as const]),
    { id: 'output', count: tokens.output, money: cost.output },
  ] as const;
  return (
    <table className="w-full text-xs">
      <thead>
        <tr className="text-left text-ink-faint">
          <th scope="col" className="pb-1 font-normal">
            <span className="sr-only">{t('part')}</span>
          </th>
          <th scope="col" className="pb-1 text-right font-normal">
            {t('tokens')} <SourceMark source="reported" bare />
          </th>
          <th scope="col" className="w-28 pb-1 text-right font-normal">
            {t(costBasis === 'credits' ? 'creditsWorth' : 'columns.cost')} <SourceMark source="estimated" bare />
          </th>
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {parts.map(({ id, count, money }) => (
          <tr key={id}>
            <th scope="row" className="py-0.5 text-left font-normal text-ink-soft">
              {t(`parts.${id}`)}
              {id === 'output' && tokens.reasoning !== null && tokens.reasoning > 0 && (
                <span className="text-ink-faint"> · {t('reasoningOf', { tokens: fullCount(tokens.reasoning) })}</span>
              )}
            </th>
            <td className="text-right">{count === null ? <Unknown /> : fullCount(count)}</td>
            <td className="text-right">{money === null ? null : moneyOf(money)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row" className="border-t border-line pt-1 text-left font-medium">
            {t('total')}
          </th>
          <td className="border-t border-line" />
          <td className="border-t border-line pt-1 text-right font-medium">
            {cost.total === null ? (
              <span className="font-normal text-ink-faint">{t('noPrice')}</span>
            ) : (
              moneyOf(cost.total)
            )}
          </td>
        </tr>
        {saved !== null && saved !== 0 && <Aside name={t('columns.saved')} money={saved} tone="text-good" />}
        {premium !== null && premium !== 0 && <Aside name={t('premium')} money={premium} tone="text-warn" />}
      </tbody>
    </table>
  );
}

function Aside({ name, money, tone }: { readonly name: string; readonly money: number; readonly tone: string }) {
  return (
    <tr className={tone}>
      <th scope="row" className="pt-0.5 text-left font-normal">
        {name}
      </th>
      <td />
      <td className="pt-0.5 text-right">{moneyOf(money)}</td>
    </tr>
  );
}
