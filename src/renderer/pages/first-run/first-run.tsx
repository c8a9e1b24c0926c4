import { ArrowRight, Check, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { classNames } from '../../components/class-names.ts';
import { Panel } from '../../components/panel.tsx';
import { TierChip } from '../../components/tier-chip.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { useStatus, useTurns } from '../../gateway-state.ts';
import { tiersOf } from '../../words/tier-word.ts';
import { TryButton } from './try-button.tsx';

/** What the person has said about the first steps, kept for the next visit. */
const STORED = 'tiergate.first-run';
/** The name under which the one-click turn is sent. */
const TRIAL_TOOL = 'sandbox trial';

/** The first three steps, until they are done or sent away. */
export function FirstRun() {
  const { t } = useTranslation('firstRun');
  const { data: status } = useStatus();
  const { phase, turns } = useTurns();
  const [said, setSaid] = useState(() => localStorage.getItem(STORED) ?? '');
  const say = (word: 'sandbox' | 'done'): void => {
    setSaid(word);
    localStorage.setItem(STORED, word);
  };

  if (status === undefined || phase !== 'ready' || said === 'done') return null;
  const first = turns.find(({ tool }) => tool === TRIAL_TOOL) ?? turns.at(-1);
  const sent = first !== undefined;
  const settled = !status.sandbox || said === 'sandbox';
  const connected = turns.some(({ tool }) => tool !== TRIAL_TOOL);
  if (sent && settled && connected) return null;

  return (
    <Panel
      title={t('title')}
      actions={
        <Button look="bare" size="icon" aria-label={t('dismiss')} title={t('dismiss')} onClick={() => say('done')}>
          <X aria-hidden="true" className="size-4" />
        </Button>
      }
    >
      <ol className="grid grid-cols-3 divide-x divide-line max-[899px]:grid-cols-1 max-[899px]:divide-x-0">
        <Step number={1} title={t('step1')} done={sent}>
          {first === undefined ? (
            <>
              <p className="mb-2.5">{t('step1Text')}</p>
              <TryButton />
            </>
          ) : (
            <FirstResult turn={first} />
          )}
        </Step>
        <Step number={2} title={t('step2')} done={settled}>
          <p className="mb-2.5">
            {settled && status.sandbox ? t('step2Kept') : settled ? t('step2Done') : t('step2Text')}
          </p>
          {status.sandbox && (
            <div className="flex flex-wrap gap-2">
              <ButtonLink look={sent && !settled ? 'primary' : 'quiet'} href={hrefOf('accounts', null, { add: '1' })}>
                {t('addAccount')}
              </ButtonLink>
              {!settled && <Button onClick={() => say('sandbox')}>{t('keepSandbox')}</Button>}
            </div>
          )}
        </Step>
        <Step number={3} title={t('step3')} done={connected}>
          <p className="mb-2.5">{connected ? t('step3Done') : t('step3Text')}</p>
          {!connected && (
            <ButtonLink look={sent && settled ? 'primary' : 'quiet'} href={hrefOf('tools')}>
              {t('connectTool')}
            </ButtonLink>
          )}
        </Step>
      </ol>
    </Panel>
  );
}

function FirstResult({ turn }: { readonly turn: Parameters<typeof tiersOf>[0] }) {
  const { t } = useTranslation('firstRun');
  const { requested, sent, served } = tiersOf(turn);
  const arrow = <ArrowRight aria-hidden="true" className="size-3 text-ink-faint" />;
  return (
    <>
      <div className="flex flex-wrap items-center gap-1">
        <TierChip role="requested" figure={requested} />
        {arrow}
        <TierChip role="sent" figure={sent} />
        {arrow}
        <TierChip role="served" figure={served} />
        <span className="ml-1 text-xs">{turn.verdict !== null && <VerdictMark verdict={turn.verdict} />}</span>
      </div>
      <p className="my-2">{t(turn.verdict === 'filter' ? 'step1Filtered' : 'step1Done')}</p>
      <ButtonLink href={hrefOf('turns', turn.id)}>{t('seeTurn')}</ButtonLink>
    </>
  );
}

function Step({
  number,
  title,
  done,
  children,
}: {
  readonly number: number;
  readonly title: string;
  readonly done: boolean;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation('firstRun');
  return (
    <li className="flex gap-3 px-4 py-3.5">
      <span
        className={classNames(
          'grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold',
          done ? 'bg-good-wash text-good' : 'bg-press text-ink-soft',
        )}
      >
        {done ? (
          <>
            <Check aria-hidden="true" className="size-3.5" />
            <span className="sr-only">{t('stepDone')}</span>
          </>
        ) : (
          <span aria-hidden="true">{number}</span>
        )}
      </span>
      <div className="min-w-0 flex-1 text-ink-soft">
        <h3 className="mb-1 pt-0.5 font-medium text-ink">{title}</h3>
        {children}
      </div>
    </li>
  );
}
