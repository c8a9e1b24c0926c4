import { useTranslation } from 'react-i18next';
import type { Status } from '../../../shared/control.ts';
import { Figure } from '../../components/figure.tsx';
import { fullCount } from '../../words/figure.ts';
import { moneyOf } from '../../words/money-word.ts';

type Spend = Status['spend']['day'];

/** What was spent today, this week and this month, what the policy spared, and what dearer tiers cost more. */
export function SpendFigures({ spend: { day, week, month } }: { readonly spend: Status['spend'] }) {
  const { t } = useTranslation('overview');
  const turnsOf = ({ turns, unpriced }: Spend): string =>
    unpriced === 0
      ? t('turns', { count: turns, turns: fullCount(turns) })
      : t('unpriced', { count: unpriced, turns: fullCount(turns), unpriced: fullCount(unpriced) });
  return (
    <section aria-label={t('money')} className="rounded-lg border border-line bg-panel">
      <dl className="grid grid-cols-5 divide-x divide-line max-[1099px]:grid-cols-6 max-[1099px]:divide-x-0 max-[1099px]:*:col-span-2 max-[1099px]:*:nth-[n+4]:col-span-3 max-[599px]:grid-cols-2 max-[599px]:*:nth-[n+1]:col-span-1">
        {([day, week, month] as const).map((span, index) => (
          <Figure key={index} name={t(`spent.${SPANS[index] ?? 'day'}`)} value={known(span, 'cost')} source="estimated">
            {turnsOf(span)}
          </Figure>
        ))}
        <Figure name={t('saved')} value={known(month, 'saved')} source="estimated">
          {t('savedToday', { money: moneyOf(day.saved) })}
        </Figure>
        <Figure name={t('premium')} value={known(month, 'premium')} source="estimated">
          {t('premiumWhy')}
        </Figure>
      </dl>
    </section>
  );
}

const SPANS = ['day', 'week', 'month'] as const;

/** Where no turn has a known price, the sum of none is not 0 but unknown. */
function known(spend: Spend, member: 'cost' | 'saved' | 'premium'): string | null {
  return spend.turns > 0 && spend.unpriced === spend.turns ? null : moneyOf(spend[member]);
}
