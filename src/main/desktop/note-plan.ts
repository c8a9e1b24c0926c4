import type { Push, Status } from '../../shared/control.ts';
import type { Language } from '../../shared/language.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Turn } from '../../shared/turn.ts';
import type { TrayAction } from './tray-state.ts';
import { type Speech, speechOf } from './desktop-words.ts';
import { clockTime, cut, dollars } from './tray-words.ts';

/** One notification: what it says, what a click on it does, and the steps it offers beside. */
export interface Note {
  readonly title: string;
  readonly body: string;
  /** True for what stops work; the rest can be switched off alone. */
  readonly important: boolean;
  readonly click: TrayAction;
  readonly steps: readonly { readonly label: string; readonly action: TrayAction }[];
}

/** How much is told. */
type Loudness = Settings['app']['notify'];

/** Blocks of one tool within this time are one matter. */
const BLOCKS_MS = 10 * 60_000;

/** An upstream that gives less than was asked is worth a word now and then. */
const DOWNGRADE_MS = 60 * 60_000;

const BODY_LIMIT = 200;
const OPEN: TrayAction = { do: 'open-window' };
const ENGLISH = speechOf('en');

/** Says which pushes are worth a notification: few, each once, and grouped. */
export class NotePlan {
  readonly #now: () => number;
  readonly #language: () => Language;
  #accounts = new Map<string, string | null>();
  #notices = new Set<string>();
  readonly #blocks = new Map<string, { told: number; since: number }>();
  readonly #downgrades = new Map<string, number>();

  /** What is already so at the start is in the window and the tray, and no news. */
  constructor(now: () => number, status: Pick<Status, 'accounts' | 'notices'>, language: () => Language) {
    this.#now = now;
    this.#language = language;
    this.#remember(status);
  }

  /** The notifications that a push gives rise to. */
  hear(push: Push): Note[] {
    switch (push.type) {
      case 'turns':
        return push.turns.flatMap((turn) => [...this.#blocked(turn), ...this.#downgraded(turn)]);
      case 'budget':
        return [budgetNote(push, this.#now(), this.#speech)];
      case 'status':
        return this.#changed(push.status);
      case 'policy':
      case 'settings':
        return [];
    }
  }

  get #speech(): Speech {
    return speechOf(this.#language());
  }

  #blocked({ verdict, tool, tiers, rule }: Turn): Note[] {
    if (verdict !== 'block') return [];
    const now = this.#now();
    const before = this.#blocks.get(tool);
    if (before !== undefined && now - before.told < BLOCKS_MS) {
      before.since += 1;
      return [];
    }
    this.#blocks.set(tool, { told: now, since: 0 });
    const { say } = this.#speech;
    const text = say('note_blocked_text', { tier: tiers.requested ?? say('tier_none'), rule: rule ?? '—' });
    const more = before?.since ?? 0;
    const isFast = tiers.requested === 'priority';
    return [
      {
        title: say('note_blocked', { tool }),
        body: cut(more === 0 ? text : say('note_blocked_more', { text, count: more }), BODY_LIMIT),
        important: false,
        click: { do: 'open-window', page: 'turns' },
        steps: isFast
          ? [{ label: say('note_allow'), action: { do: 'fast', wish: { kind: 'allowed', minutes: 60 } } }]
          : [],
      },
    ];
  }

  /** Fast was sent and Standard was run: the provider's ramp limit, most often. */
  #downgraded({ tiers, servedTrust, account, tool }: Turn): Note[] {
    const isTold = servedTrust === 'authoritative' || servedTrust === 'reported';
    if (tiers.sent !== 'priority' || tiers.served !== 'default' || !isTold || account === null) return [];
    const last = this.#downgrades.get(account) ?? -Infinity;
    if (this.#now() - last < DOWNGRADE_MS) return [];
    this.#downgrades.set(account, this.#now());
    const { say } = this.#speech;
    return [
      {
        title: say('note_slower', { account }),
        body: cut(say('note_slower_text', { tool }), BODY_LIMIT),
        important: false,
        click: { do: 'open-window', page: 'turns' },
        steps: [],
      },
    ];
  }

  #changed(status: Status): Note[] {
    const speech = this.#speech;
    const { say, tell } = speech;
    const fresh = status.notices
      .filter(({ code }) => !this.#notices.has(code))
      .map(({ message, next }): Note => ({
        title: say('note_needed'),
        body: cut(`${tell(message)} ${tell(next)}`, BODY_LIMIT),
        important: true,
        click: OPEN,
        steps: [],
      }));
    const down = status.accounts.flatMap((account): Note[] => {
      const trouble = troubleOf(account, speech);
      // What was told before may have been told in another language.
      if (trouble === null || this.#accounts.get(account.id) === troubleOf(account, ENGLISH)) return [];
      return [
        {
          title: say('note_account', { id: account.id }),
          body: cut(trouble, BODY_LIMIT),
          important: true,
          click: OPEN,
          steps: [],
        },
      ];
    });
    this.#remember(status);
    return [...fresh, ...down];
  }

  #remember({ accounts, notices }: Pick<Status, 'accounts' | 'notices'>): void {
    this.#accounts = new Map(accounts.map((account) => [account.id, troubleOf(account, ENGLISH)]));
    this.#notices = new Set(notices.map(({ code }) => code));
  }
}

/** Whether the person wants to be told of it. */
export function isWanted({ important }: Note, loudness: Loudness): boolean {
  return loudness === 'all' || (loudness === 'important' && important);
}

/** Word of a newer version that waits. */
export function updateNote(version: string, language: Language): Note {
  const { say } = speechOf(language);
  return {
    title: say('note_update', { version }),
    body: say('note_update_text'),
    important: false,
    click: { do: 'install-update' },
    steps: [{ label: say('note_update_now'), action: { do: 'install-update' } }],
  };
}

/** Why an account takes no turns or has lost a key for good; a key that cools down for a while is no news. */
function troubleOf(
  { enabled, sandbox, resting, breaker, keys }: Status['accounts'][number],
  { say, tell }: Speech,
): string | null {
  if (!enabled || sandbox) return null;
  if (breaker?.state === 'open') return say('trouble_breaker', { reason: tell(breaker.reason) });
  if (resting !== null) return tell(resting);
  const lost = keys.find(({ state, reason }) => state === 'missing' || reason === 'unauthorized' || reason === 'quota');
  if (lost === undefined) return null;
  const key = lost.lastFour === null ? lost.source : `…${lost.lastFour}`;
  if (lost.state === 'missing') {
    const problem = lost.problem === null ? say('trouble_not_found') : tell(lost.problem);
    return say('trouble_missing', { key, problem });
  }
  return say(lost.reason === 'quota' ? 'trouble_quota' : 'trouble_refused', { key });
}

const SPENT = { notify: 'note_spent', filterFast: 'note_spent_filter', block: 'note_spent_block' } as const;

function budgetNote({ budget, threshold }: Extract<Push, { type: 'budget' }>, now: number, speech: Speech): Note {
  const { id, spent, limit, until, action, tool } = budget;
  const { say, locale } = speech;
  const day = new Date(until).toLocaleDateString(locale, { day: 'numeric', month: 'short' });
  const money = {
    spent: dollars(BigInt(spent), speech),
    limit: dollars(BigInt(limit), speech),
    end: `${clockTime(until, speech)}, ${day}`,
  };
  const minutes = Math.max(1, Math.ceil((endOfDay(now) - now) / 60_000));
  return {
    title:
      tool === null
        ? say('note_budget', { id, percent: threshold })
        : say('note_budget_tool', { id, tool, percent: threshold }),
    body: cut(say(threshold === 100 ? SPENT[action] : 'note_spent', money), BODY_LIMIT),
    important: threshold === 100 && action !== 'notify',
    click: OPEN,
    steps:
      threshold === 100 && action !== 'notify'
        ? []
        : [{ label: say('note_none'), action: { do: 'fast', wish: { kind: 'none', minutes } } }],
  };
}

function endOfDay(now: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}
