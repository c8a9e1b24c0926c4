import { isSandbox } from '../../shared/account.ts';
import { effectivePolicy } from '../../shared/limits.ts';
import type { Limit } from '../../shared/policy.ts';
import type { Settings, Tool } from '../../shared/settings.ts';
import type { House } from '../gateway/house.ts';

/** What the settings in force are made from. */
export interface InForceOptions {
  readonly settings: { readonly current: Settings };
  /** What the budgets forbid at this moment; the same list while nothing has changed. */
  readonly limits: () => readonly Limit[];
  /** The tool by which the person sends a first turn. */
  readonly trial: Tool;
}

/** The settings that the corridor goes by: made anew when the document or a limit has changed, and else the same object. */
export class InForce {
  readonly #options: InForceOptions;
  #from: readonly [Settings, readonly Limit[]] | null = null;
  #made: ReturnType<House['settings']> | null = null;

  constructor(options: InForceOptions) {
    this.#options = options;
  }

  /** What is in force at this moment: a budget may have been used up, or a day begun, since it was last asked. */
  get current(): ReturnType<House['settings']> {
    const { current } = this.#options.settings;
    const limits = this.#options.limits();
    if (this.#made === null || this.#from?.[0] !== current || this.#from[1] !== limits) {
      this.#from = [current, limits];
      this.#made = this.#make(current, limits);
    }
    return this.#made;
  }

  #make(
    { policy, tools, accounts, gateway, errorRules, mcp }: Settings,
    limits: readonly Limit[],
  ): ReturnType<House['settings']> {
    const { bodyLimitMiB, messageLimitMiB, compressSockets, ownKeys } = gateway;
    return {
      policy: effectivePolicy(policy, limits),
      // While the sandbox is all there is, the trial is one more tool; it can never reach a provider.
      tools: accounts.every(isSandbox) ? [...tools, this.#options.trial] : tools,
      bodyLimitMiB,
      messageLimitMiB,
      compressSockets,
      errorRules,
      ownKeys,
      mcp,
    };
  }
}
