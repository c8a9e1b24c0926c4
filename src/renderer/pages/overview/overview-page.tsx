import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { Page } from '../../components/page.tsx';
import { Segments } from '../../components/segments.tsx';
import { useStatus } from '../../gateway-state.ts';
import { navigate, useRoute } from '../../route.ts';
import { RANGES } from '../../words/span-word.ts';
import { FirstRun } from '../first-run/first-run.tsx';
import { AccountHealth } from './account-health.tsx';
import { BudgetBars } from './budget-bars.tsx';
import { LiveTurns } from './live-turns.tsx';
import { OpenSessions } from './open-sessions.tsx';
import { SpendFigures } from './spend-figures.tsx';
import { TierMix } from './tier-mix.tsx';
import { TierSpeedList } from './tier-speed.tsx';
import { TopList } from './top-list.tsx';

/** What was spent and spared, what runs now, and how everything does. */
export function OverviewPage() {
  const { t } = useTranslation('overview');
  const { query } = useRoute();
  const { data: status } = useStatus();
  const range = RANGES.find((known) => known === query['range']) ?? 'week';
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      wide
      actions={
        <Segments
          label={t('range')}
          value={range}
          options={RANGES.map((value) => ({ value, name: t(`ranges.${value}`) }))}
          onChange={(next) => navigate(hrefOf('overview', null, { range: next }), { replace: true })}
        />
      }
    >
      <FirstRun />
      {status !== undefined && <SpendFigures spend={status.spend} />}
      <div className="grid grid-cols-3 gap-4 max-[1099px]:grid-cols-1">
        <div className="col-span-2 flex min-w-0 flex-col gap-4 max-[1099px]:col-span-1">
          <TierMix range={range} />
          <div className="grid grid-cols-2 gap-4 max-[1279px]:grid-cols-1">
            <TopList by="tool" range={range} />
            <TopList by="model" range={range} />
          </div>
          <TierSpeedList range={range} />
          <LiveTurns />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {status !== undefined && (
            <>
              <BudgetBars budgets={status.budgets} />
              <AccountHealth accounts={status.accounts} sandbox={status.sandbox} />
              <OpenSessions sessions={status.sessions} />
            </>
          )}
        </div>
      </div>
    </Page>
  );
}
