import {
  ArrowLeftRight,
  BadgeDollarSign,
  Info,
  Keyboard,
  LayoutDashboard,
  type LucideIcon,
  PiggyBank,
  ScrollText,
  Settings2,
  ShieldCheck,
  SquareTerminal,
  UsersRound,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { BrandMark } from '../components/brand-mark.tsx';
import { Button } from '../components/button.tsx';
import { hrefOf, type PageName, PAGES } from '../address.ts';
import { GatewayLine } from './gateway-line.tsx';

const ICONS: Readonly<Record<PageName, LucideIcon>> = {
  overview: LayoutDashboard,
  turns: ArrowLeftRight,
  policy: ShieldCheck,
  accounts: UsersRound,
  tools: SquareTerminal,
  budgets: PiggyBank,
  prices: BadgeDollarSign,
  settings: Settings2,
  logs: ScrollText,
  about: Info,
};

/** The side of the window: the pages, and whether and where the gateway listens. A narrow window shows icons only. */
export function Sidebar({ page, onHelp }: { readonly page: PageName; readonly onHelp: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <header className="flex w-52 flex-col border-r border-line bg-canvas max-[1023px]:w-13">
      <div className="flex h-12 items-center gap-2 px-4">
        <BrandMark />
        <span className="text-base font-semibold tracking-tight max-[1023px]:sr-only">Tiergate</span>
      </div>
      <nav aria-label={t('navigation')} className="min-h-0 flex-1 overflow-y-auto px-2">
        <ul className="flex flex-col gap-px">
          {PAGES.map(({ name, letter }) => {
            const Icon = ICONS[name];
            return (
              <li key={name} className={name === 'settings' ? 'mt-3 border-t border-line pt-3' : undefined}>
                <a
                  href={hrefOf(name)}
                  title={`${t(`pages.${name}`)} (g ${letter})`}
                  aria-current={name === page ? 'page' : undefined}
                  className="group flex h-8 items-center gap-2.5 rounded-md px-2 font-medium text-ink-soft -outline-offset-2 transition-colors duration-100 hover:bg-press hover:text-ink aria-[current=page]:bg-press aria-[current=page]:text-ink"
                >
                  <Icon aria-hidden="true" className="size-4 shrink-0 group-aria-[current=page]:text-accent" />
                  <span className="truncate max-[1023px]:sr-only">{t(`pages.${name}`)}</span>
                </a>
              </li>
            );
          })}
        </ul>
      </nav>
      <GatewayLine />
      <div className="px-2 pb-2 max-[1023px]:flex max-[1023px]:justify-center">
        <Button look="bare" size="small" className="max-[1023px]:size-8 max-[1023px]:p-0" onClick={onHelp}>
          <Keyboard aria-hidden="true" className="size-4" />
          <span className="max-[1023px]:sr-only">{t('keyboard')}</span>
        </Button>
      </div>
    </header>
  );
}
