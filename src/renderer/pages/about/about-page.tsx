import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../address.ts';
import { useAnswer } from '../../call.ts';
import { BrandMark } from '../../components/brand-mark.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Unknown } from '../../components/unknown.tsx';
import { useStatus } from '../../gateway-state.ts';
import { momentOf } from '../../words/figure.ts';
import { DoctorPanel } from './doctor-panel.tsx';

/** Places outside, each of which the app knows as one it may open. */
const OUTSIDE = {
  openaiStatus: 'https://status.openai.com',
  anthropicStatus: 'https://status.anthropic.com',
  openaiUsage: 'https://platform.openai.com/usage',
  anthropicUsage: 'https://console.anthropic.com/settings/usage',
} as const;

/** What the program is, where it keeps things, and whether all is well with it. */
export function AboutPage() {
  const { t } = useTranslation('about');
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Program />
      <DoctorPanel />
      <Panel title={t('links')}>
        <ul className="grid grid-cols-2 gap-x-6 gap-y-1.5 px-4 py-3 max-sm:grid-cols-1">
          {(['logs', 'settings'] as const).map((page) => (
            <li key={page}>
              <a href={hrefOf(page)} className="text-accent hover:underline">
                {t(`link.${page}`)}
              </a>
            </li>
          ))}
          {(Object.keys(OUTSIDE) as (keyof typeof OUTSIDE)[]).map((name) => (
            <li key={name}>
              <a
                href={OUTSIDE[name]}
                target="_blank"
                rel="noreferrer"
                title={t('external')}
                className="inline-flex items-center gap-1 text-accent hover:underline"
              >
                {t(`link.${name}`)}
                <ExternalLink aria-hidden="true" className="size-3" />
                <span className="sr-only">({t('external')})</span>
              </a>
            </li>
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

function Program() {
  const { t } = useTranslation('about');
  const { data: status } = useStatus();
  const { data: prices } = useAnswer('prices.list', {});
  return (
    <Panel>
      <div className="flex items-center gap-3 border-b border-line px-4 py-3">
        <BrandMark />
        <div>
          <h2 className="font-semibold">{t('program')}</h2>
          <p className="text-pretty text-ink-soft">{t('promise')}</p>
        </div>
      </div>
      <dl className="grid grid-cols-[9rem_minmax(0,1fr)] gap-y-1.5 px-4 py-3">
        <Fact name={t('facts.version')} copy={t('copyVersion')} text={status?.version} />
        <Fact name={t('facts.license')}>{t('license')}</Fact>
        <Fact name={t('facts.home')} copy={t('copyHome')} text={status?.home} />
        <Fact
          name={t('facts.baseUrl')}
          {...(status?.baseUrl === null ? {} : { copy: t('copyBaseUrl') })}
          text={status?.baseUrl === null ? t('notListening') : status?.baseUrl}
        />
        <Fact name={t('facts.started')} text={status === undefined ? undefined : momentOf(status.startedAt)} />
        <Fact name={t('facts.window')}>{window.tiergate === undefined ? t('inBrowser') : t('inApp')}</Fact>
        <Fact name={t('facts.prices')}>
          {prices === undefined ? (
            <Unknown />
          ) : (
            <a href={hrefOf('prices')} className="text-accent hover:underline">
              {prices.version}
            </a>
          )}
        </Fact>
      </dl>
    </Panel>
  );
}

function Fact({
  name,
  text,
  copy,
  children,
}: {
  readonly name: string;
  /** Undefined is not known yet. */
  readonly text?: string | undefined;
  /** What the button that copies the text is called; absent is no button. */
  readonly copy?: string;
  readonly children?: ReactNode;
}) {
  return (
    <>
      <dt className="py-0.5 text-ink-soft">{name}</dt>
      <dd className="flex min-h-6 items-center gap-1.5">
        <span className="min-w-0 wrap-anywhere">{children ?? text ?? <Unknown />}</span>
        {copy !== undefined && text !== undefined && <CopyButton text={text} label={copy} />}
      </dd>
    </>
  );
}
