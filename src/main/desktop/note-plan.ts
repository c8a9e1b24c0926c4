import type { Push, Status } from '../../shared/control.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Turn } from '../../shared/turn.ts';
import type { TrayAction } from './tray-state.ts';
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

/** Says which pushes are worth a notification: few, each once, and grouped. */
export class NotePlan {
  readonly #now: () => number;
  #accounts = new Map<string, string | null>();
  #notices = new Set<string>();
  readonly #blocks = new Map<string, { told: number; since: number }>();
  readonly #downgrades = new Map<string, number>();

  /** What is already so at the start is in the window and the tray, and no news. */
  constructor(now: () => number, status: Pick<Status, 'accounts' | 'notices'>) {
    this.#now = now;
    this.#remember(status);
  }

  /** The notifications that a push gives rise to. */
  hear(push: Push): Note[] {
    switch (push.type) {
      case 'turns':
        return push.turns.flatMap((turn) => [...this.#blocked(turn), ...this.#downgraded(turn)]);
      case 'budget':
        return [budgetNote(push, this.#now())];
      case 'status':
        return this.#changed(push.status);
      case 'policy':
      case 'settings':
        return [];
    }
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
    const more =
      before === undefined || before.since === 0 ? '' : ` ${before.since} more were blocked since the last word.`;
    const isFast = tiers.requested === 'priority';
    return [
      {
        title: `The policy blocked ${tool}`,
        body: cut(
          `A turn asked for ${tiers.requested ?? 'no tier'}; rule ${rule ?? '—'} does not allow that.${more}`,
          BODY_LIMIT,
        ),
        important: false,
        click: { do: 'open-window', page: 'turns' },
        steps: isFast
          ? [{ label: 'Allow Fast for 1 hour', action: { do: 'fast', wish: { kind: 'allowed', minutes: 60 } } }]
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
    return [
      {
        title: `${account} ran Fast as Standard`,
        body: cut(
          `${tool} sent Fast, and the provider served and bills Standard: it limits how quickly Fast may grow.`,
          BODY_LIMIT,
        ),
        important: false,
        click: { do: 'open-window', page: 'turns' },
        steps: [],
      },
    ];
  }

  #changed(status: Status): Note[] {
    const fresh = status.notices
      .filter(({ code }) => !this.#notices.has(code))
      .map(({ message, next }): Note => ({
        title: 'Tiergate needs you',
        body: cut(`${message} ${next}`, BODY_LIMIT),
        important: true,
        click: OPEN,
        steps: [],
      }));
    const down = status.accounts.flatMap((account): Note[] => {
      const trouble = troubleOf(account);
      if (trouble === null || this.#accounts.get(account.id) === trouble) return [];
      return [
        {
          title: `Account ${account.id} cannot be used`,
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
    this.#accounts = new Map(accounts.map((account) => [account.id, troubleOf(account)]));
    this.#notices = new Set(notices.map(({ code }) => code));
  }
}

/** Whether the person wants to be told of it. */
export function isWanted({ important }: Note, loudness: Loudness): boolean {
  return loudness === 'all' || (loudness === 'important' && important);
}

/** Word of a newer version that waits. */
export function updateNote(version: string): Note {
  return {
    title: `Tiergate ${version} is ready`,
    body: 'It is put in place when Tiergate restarts, and never in the middle of a turn.',
    important: false,
    click: { do: 'install-update' },
    steps: [{ label: 'Restart now', action: { do: 'install-update' } }],
  };
}

/** Why an account takes no turns or has lost a key for good; a key that cools down for a while is no news. */
function troubleOf({ enabled, sandbox, resting, breaker, keys }: Status['accounts'][number]): string | null {
  if (!enabled || sandbox) return null;
  if (breaker?.state === 'open') return `It failed too often: ${breaker.reason}.`;
  if (resting !== null) return resting;
  const lost = keys.find(({ state, reason }) => state === 'missing' || reason === 'unauthorized' || reason === 'quota');
  if (lost === undefined) return null;
  const name = lost.lastFour === null ? lost.source : `…${lost.lastFour}`;
  if (lost.state === 'missing') return `The key ${name} is missing: ${lost.problem ?? 'it was not found'}`;
  return lost.reason === 'quota' ? `The quota of key ${name} is used up.` : `The provider refuses the key ${name}.`;
}

function budgetNote({ budget, threshold }: Extract<Push, { type: 'budget' }>, now: number): Note {
  const { id, spent, limit, until, action, tool } = budget;
  const whose = tool === null ? '' : ` of ${tool}`;
  const consequence = {
    notify: '',
    filterFast: ' Fast is filtered until then.',
    block: ' New turns are refused until then.',
  };
  const end = `${clockTime(until)}, ${new Date(until).toLocaleDateString('en', { day: 'numeric', month: 'short' })}`;
  const minutes = Math.max(1, Math.ceil((endOfDay(now) - now) / 60_000));
  return {
    title: `Budget ${id}${whose}: ${threshold} % used`,
    body: cut(
      `${dollars(BigInt(spent))} of ${dollars(BigInt(limit))} until ${end}.${threshold === 100 ? consequence[action] : ''}`,
      BODY_LIMIT,
    ),
    important: threshold === 100 && action !== 'notify',
    click: OPEN,
    steps:
      threshold === 100 && action !== 'notify'
        ? []
        : [{ label: 'No Fast until tomorrow', action: { do: 'fast', wish: { kind: 'none', minutes } } }],
  };
}

function endOfDay(now: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
}
