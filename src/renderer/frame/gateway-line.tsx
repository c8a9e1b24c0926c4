import { FlaskConical, Pause, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Status } from '../../shared/control.ts';
import { useCommand } from '../call.ts';
import { Button } from '../components/button.tsx';
import { Chip } from '../components/chip.tsx';
import { classNames } from '../components/class-names.ts';
import { CopyButton } from '../components/copy-button.tsx';
import { Menu, MenuItem, MenuLabel } from '../components/menu.tsx';
import { Tooltip } from '../components/tooltip.tsx';
import { useGateway } from '../gateway.tsx';
import { useStatus } from '../gateway-state.ts';
import { timeOfDay } from '../words/figure.ts';

/** Minutes for which the gateway can be paused from here. */
const PAUSES = [15, 60] as const;

/** Whether and where the gateway listens, and the way to pause it. */
export function GatewayLine() {
  const { t } = useTranslation('shell');
  const { data: status } = useStatus();
  if (status === undefined) return null;
  const { baseUrl, sandbox } = status;
  return (
    <div className="flex flex-col gap-1.5 px-3 pt-2 pb-1 max-[1023px]:items-center max-[1023px]:px-2">
      {sandbox && (
        <Tooltip text={t('sandboxWhy')} side="right">
          <Chip tone="accent" tabIndex={0} className="h-6 self-start rounded-md px-2 text-xs max-[1023px]:self-center">
            <FlaskConical aria-hidden="true" className="size-3.5" />
            <span className="max-[1023px]:sr-only">{t('sandbox')}</span>
          </Chip>
        </Tooltip>
      )}
      <div className="flex items-center justify-between gap-2 max-[1023px]:flex-col max-[1023px]:gap-1">
        <State status={status} />
        <PauseButton paused={status.paused !== null} />
      </div>
      {baseUrl !== null && (
        <div className="flex min-w-0 items-center gap-0.5 rounded-md border border-line bg-panel py-px pr-px pl-2 max-[1023px]:border-0 max-[1023px]:bg-transparent max-[1023px]:p-0">
          <code
            aria-label={t('baseUrl')}
            className="min-w-0 flex-1 truncate font-mono text-2xs select-all max-[1023px]:sr-only"
          >
            {/* There for whoever selects it; what tells one gateway from another fits. */}
            <span className="sr-only">http://</span>
            {baseUrl.replace('http://', '')}
          </code>
          <CopyButton text={baseUrl} label={t('copyBaseUrl')} />
        </div>
      )}
    </div>
  );
}

function State({ status: { baseUrl, port, paused } }: { readonly status: Status }) {
  const { t } = useTranslation('shell');
  const { connection } = useGateway();
  const lost = connection === 'lost';
  const words = lost
    ? t('reconnecting')
    : baseUrl === null
      ? t('notListening', { port })
      : paused === null
        ? t('listening')
        : paused.until === null
          ? t('paused')
          : t('pausedUntil', { time: timeOfDay(paused.until) });
  return (
    <div role="status" title={words} className="flex min-w-0 items-center gap-2 text-xs text-ink-soft">
      <span
        aria-hidden="true"
        className={classNames(
          'size-2 shrink-0 rounded-full',
          lost ? 'animate-breathe bg-warn' : baseUrl === null ? 'bg-bad' : paused === null ? 'bg-good' : 'bg-warn',
        )}
      />
      <span className="max-[1023px]:sr-only">{words}</span>
    </div>
  );
}

function PauseButton({ paused }: { readonly paused: boolean }) {
  const { t } = useTranslation('shell');
  const pause = useCommand('gateway.pause');
  const resume = useCommand('gateway.resume');
  if (paused) {
    return (
      <Button look="bare" size="icon" title={t('resume')} aria-label={t('resume')} onClick={() => resume.mutate({})}>
        <Play aria-hidden="true" className="size-3.5" />
      </Button>
    );
  }
  return (
    <Menu
      label={t('pause')}
      side="top"
      trigger={
        <Button look="bare" size="icon" title={t('pause')} aria-label={t('pause')}>
          <Pause aria-hidden="true" className="size-3.5" />
        </Button>
      }
    >
      <MenuLabel>{t('pause')}</MenuLabel>
      {PAUSES.map((minutes) => (
        <MenuItem key={minutes} onSelect={() => pause.mutate({ minutes })}>
          {t('pauseFor', { count: minutes })}
        </MenuItem>
      ))}
      <MenuItem onSelect={() => pause.mutate({})}>{t('pauseOpen')}</MenuItem>
    </Menu>
  );
}
