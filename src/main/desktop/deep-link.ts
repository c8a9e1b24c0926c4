import type { Speech } from './desktop-words.ts';
import type { TrayAction } from './tray-state.ts';

/** What a link asks for, and the question to be put to the person first; null where only the window is opened. */
export interface DeepLink {
  readonly action: TrayAction;
  readonly question: string | null;
}

/** The scheme that opens the app from a page, a chat or a terminal. */
export const LINK_SCHEME = 'tiergate';

/** No link needs more; what is longer is not looked at. */
const LONGEST_LINK = 200;
const LONGEST_MINUTES = 24 * 60;

/** The link among the words the app was started with. */
export function linkIn(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}:`));
}

/** Reads a link; null for whatever is not on the short list, since anybody can make one. */
export function readDeepLink(text: string, { say }: Speech): DeepLink | null {
  const url = text.length > LONGEST_LINK ? null : URL.parse(text);
  if (url?.protocol !== `${LINK_SCHEME}:` || url.username + url.password + url.port + url.hash !== '') return null;
  const path = `${url.host}${url.pathname}`.replace(/\/$/, '');
  const names = [...url.searchParams.keys()];
  if (names.some((name) => name !== 'minutes') || names.length > 1) return null;
  const given = url.searchParams.get('minutes');
  const minutes = given === null ? null : minutesIn(given);
  if (Number.isNaN(minutes)) return null;
  const page = /^open\/([a-z-]{1,32})$/.exec(path)?.[1];
  if (page !== undefined) return { action: { do: 'open-window', page }, question: null };
  switch (path) {
    case '':
    case 'open':
      return { action: { do: 'open-window' }, question: null };
    case 'fast/none':
      return {
        action: { do: 'fast', wish: { kind: 'none', minutes } },
        question: minutes === null ? say('link_none_open') : say('link_none', { minutes }),
      };
    case 'fast/allow':
      return {
        action: { do: 'fast', wish: { kind: 'allowed', minutes: minutes ?? 60 } },
        question: say('link_allow', { minutes: minutes ?? 60 }),
      };
    case 'fast/policy':
      return { action: { do: 'fast', wish: { kind: 'policy' } }, question: say('link_policy') };
    case 'pause':
      return {
        action: { do: 'pause', minutes },
        question: minutes === null ? say('link_pause_open') : say('link_pause', { minutes }),
      };
    case 'resume':
      return { action: { do: 'resume' }, question: say('link_resume') };
    default:
      return null;
  }
}

/** Whole minutes within a day; anything else is no number. */
function minutesIn(text: string): number {
  const minutes = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return minutes >= 1 && minutes <= LONGEST_MINUTES ? minutes : Number.NaN;
}
