import { isSandbox } from '../shared/account.ts';
import { localZone } from '../shared/calendar.ts';
import type { ControlHandlers, Push, Status } from '../shared/control.ts';
import type { ErrorCode } from '../shared/errors.ts';
import { Books } from './control/books.ts';
import { createHandlers } from './control/handlers.ts';
import { FolderLock } from './control/folder-lock.ts';
import { HttpCarrier } from './control/http.ts';
import { eventsOfLedger } from './control/ledger-events.ts';
import { InForce } from './control/in-force.ts';
import { Notices } from './control/notices.ts';
import { Pushes } from './control/pushes.ts';
import { Trial } from './control/trial.ts';
import { announce, hostInUrl, unannounce, windowUrl } from './control/running.ts';
import { NO_PROVIDER_KEY, isLocalKey } from './gateway/guard.ts';
import { Capture } from './gateway/capture.ts';
import { coveredRow } from './gateway/error-cover.ts';
import type { House } from './gateway/house.ts';
import { Front } from './gateway/front.ts';
import { ToolLimits } from './gateway/tool-limits.ts';
import { Pause } from './gateway/pause.ts';
import { Captures } from './ledger/captures.ts';
import { Ledger, ledgerFile } from './ledger/ledger.ts';
import { LedgerReader } from './ledger/reader.ts';
import { type Log, openLog } from './logs/log.ts';
import { McpServers } from './mcp/servers.ts';
import { type Keychain, systemKeychain } from './secrets/keychain.ts';
import { KeychainQueue } from './secrets/keychain-queue.ts';
import { Redactor } from './secrets/redact.ts';
import { PolicyHistory } from './settings/policy-history.ts';
import { type SettingsState, SettingsStore } from './settings/store.ts';
import { Accounts } from './upstream/accounts.ts';
import { Connector } from './upstream/connector.ts';
import { Dispatch } from './upstream/dispatch.ts';
import { Dump } from './upstream/dump.ts';
import { probe } from './upstream/probe.ts';
import { KeyRing } from './upstream/key-ring.ts';
import { ModelCopies } from './upstream/model-copies.ts';
import type { LoginServer } from './upstream/oauth.ts';
import { Sandbox } from './upstream/sandbox.ts';
import { Ways } from './upstream/ways.ts';
import { say } from '../shared/sentences.ts';

/** How long open turns may go on after the gateway was asked to stop. */
const DRAIN_MS = 8000;

/** What a gateway is started with. */
export interface RuntimeOptions {
  /** The data folder. */
  readonly home: string;
  /** Instead of the port in the settings. */
  readonly port?: number;
  readonly version: string;
  /** The folder of the built window. */
  readonly windowFiles?: string;
  /** Stands in for the system's keychain in tests. */
  readonly keychain?: Keychain;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Stands in for ChatGPT's own in tests. */
  readonly loginServer?: LoginServer;
  readonly now?: () => number;
  /** Stands in for chance in tests: a number from 0 up to but not 1. */
  readonly random?: () => number;
  /** The zone in which days begin, instead of this machine's. */
  readonly zone?: string;
  /** Stands in for timers in tests: calls back after so many milliseconds, and returns what takes that back. */
  readonly after?: (milliseconds: number, action: () => void) => () => void;
}

/** A running gateway. */
export interface Runtime {
  readonly handlers: ControlHandlers;
  readonly log: Log;
  onPush(listener: (push: Push) => void): () => void;
  status(): Status;
  /** Where the window can be opened in a browser; null while the gateway does not listen. */
  windowUrl(): string | null;
  /** The machine was asleep or is in another network: what was connected before is not trusted any more. */
  wake(): void;
  /** Tells the person something that the desktop has found; null takes it back. */
  notice(code: ErrorCode, detail: string | null): void;
  /** Lets open turns end, at most for some seconds, then closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway on a data folder. A taken port does not throw: the gateway then lives without listening, and a notice
 * says why. Throws `home_unusable`, `gateway_running` or `ledger_newer`.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const lock = await FolderLock.take(options.home, options.after ?? after);
  try {
    const gateway = new Gateway(options, lock);
    await gateway.start();
    return gateway;
  } catch (error) {
    lock.release();
    throw error;
  }
}

class Gateway implements Runtime {
  readonly handlers: ControlHandlers;
  readonly log: Log;
  readonly #options: RuntimeOptions;
  readonly #lock: FolderLock;
  readonly #startedAt: number;
  readonly #settings: SettingsStore;
  readonly #redactor = new Redactor();
  readonly #notices: Notices;
  readonly #pushes: Pushes;
  readonly #ledger: Ledger;
  readonly #reader: LedgerReader;
  readonly #sandbox = new Sandbox();
  readonly #keyRing: KeyRing;
  readonly #accounts: Accounts;
  readonly #ways: Ways;
  readonly #mcp: McpServers;
  readonly #connector = new Connector(() => [this.#front.port]);
  readonly #dispatch = new Dispatch(this.#connector);
  readonly #dump: Dump;
  readonly #captures: Captures;
  readonly #carrier: HttpCarrier;
  readonly #house: House;
  readonly #pause: Pause;
  readonly #refused = new Map<ErrorCode, number>();
  readonly #policyHistory: PolicyHistory;
  readonly #trial = new Trial();
  readonly #books: Books;
  readonly #front: Front;
  #stopped: Promise<void> | null = null;

  constructor(options: RuntimeOptions, lock: FolderLock) {
    const { home, now = Date.now, environment = process.env } = options;
    const keychain = new KeychainQueue(options.keychain ?? systemKeychain);
    this.#options = options;
    this.#lock = lock;
    this.#startedAt = now();
    this.#settings = SettingsStore.open(home);
    this.#policyHistory = new PolicyHistory(home);
    this.#policyHistory.add(this.#settings.current.policy, now());
    this.log = openLog({ home, redact: (line) => this.#redactor.text(line) });
    this.#pushes = new Pushes(
      () => this.status(),
      () => this.#settings.current.policy,
    );
    const changed = (): void => {
      this.#pushes.statusChanged();
    };
    this.#notices = new Notices(now, changed);
    const timer = options.after ?? after;
    const ledgerEvents = eventsOfLedger({
      reader: () => this.#reader,
      ledger: () => this.#ledger,
      after: timer,
      notices: this.#notices,
      log: this.log,
    });
    const { ledger, setAside } = Ledger.open(home, ledgerEvents, now);
    this.#ledger = ledger;
    if (setAside !== null) this.#notices.raise('ledger_broken', setAside);
    this.#reader = new LedgerReader(ledgerFile(home));
    const common = { home, now, after: timer, settings: this.#settings, log: this.log };
    this.#books = new Books({
      ...common,
      zone: options.zone ?? localZone(),
      ledger: this.#ledger,
      reader: this.#reader,
      notices: this.#notices,
      pushes: this.#pushes,
      version: options.version,
      figures: () => ({ openTurns: this.#front.openTurns, lostRows: this.#ledger.lost, refused: this.#refused }),
    });
    this.#dump = new Dump({ ...common, redactor: this.#redactor });
    this.#captures = new Captures({
      ...common,
      keychain,
      trouble: (reason) => {
        this.#notices.tell('capture_off', reason);
      },
    });
    this.#keyRing = new KeyRing({
      ...common,
      keychain,
      environment,
      loginServer: options.loginServer,
      dispatch: this.#dispatch,
      redactor: this.#redactor,
      changed: () => void this.#loadKeys(),
    });
    this.#accounts = new Accounts({
      readSecret: async (source, account) => {
        const result = await this.#keyRing.read(source, account);
        const isLocal = 'secret' in result && isLocalKey(result.secret.value, this.#settings.current.tools);
        return isLocal ? NO_PROVIDER_KEY : result;
      },
      isStale: (account) => this.#keyRing.logins.isStale(account),
      sandboxUrl: () => this.#sandbox.url,
      changed: () => {
        this.#ways.settle();
        changed();
      },
      now,
      after: timer,
    });
    this.#pause = new Pause({ now, after: timer, onChange: changed });
    const inForce = new InForce({
      settings: this.#settings,
      limits: () => this.#books.limits(),
      trial: this.#trial.tool,
    });
    this.#ways = new Ways({
      accounts: this.#accounts,
      now,
      onCooldown: (cooldown) => {
        this.#ledger.keepCooldown(cooldown);
        this.#pushes.statusChanged();
      },
      onQuotas: (account, quotas) => {
        this.#ledger.keepQuotas(account, quotas);
      },
    });
    this.#ways.restore({ cooldowns: this.#ledger.cooldowns(now()), quotas: this.#ledger.quotas });
    this.#mcp = new McpServers({
      version: options.version,
      environment,
      now,
      log: this.log,
      failing: (detail) => {
        this.#notices.tell('mcp_failed', detail === null ? null : this.#redactor.text(detail));
      },
    });
    this.#mcp.follow(this.#settings.current.mcp);
    const redact = (text: string): string => this.#redactor.text(text);
    this.#house = {
      settings: () => inForce.current,
      paused: () => this.#pause.state !== null,
      limits: new ToolLimits(now),
      ways: this.#ways,
      modelCopies: new ModelCopies(),
      renewLogin: (secret) => this.#keyRing.renewed(secret),
      mcp: this.#mcp,
      send: (request, handler) => {
        this.#dispatch.send(request, handler);
      },
      connector: this.#connector,
      dump: this.#dump,
      capture: new Capture({
        captures: this.#captures,
        settings: this.#settings,
        redactor: this.#redactor,
        random: options.random ?? Math.random,
      }),
      ratesOf: this.#books.ratesOf,
      record: (turn) => {
        this.#books.record(coveredRow(turn, redact));
      },
      recordSoon: (turn, then) => {
        this.#books.recordSoon(coveredRow(turn, redact), then);
      },
      refused: (code) => {
        this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
        this.#pushes.statusChanged();
      },
      redact: this.#redactor,
      sessionsChanged: changed,
      now,
      after: timer,
      log: this.log,
    };
    this.handlers = createHandlers({
      status: () => this.status(),
      settings: this.#settings,
      reader: this.#reader,
      keychain,
      resetAccount: (id) => {
        const fingerprints = this.#ways.reset(id);
        for (const fingerprint of fingerprints ?? []) this.#ledger.dropCooldown(fingerprint);
        this.#pushes.statusChanged();
        return fingerprints !== null;
      },
      forgetLogin: (name) => {
        this.#keyRing.logins.forget(name);
        this.#ways.forgetPlan(name);
      },
      testAccount: (id) => probe(this.#accounts, id, this.#house),
      reloadKeys: () => this.#loadKeys(),
      policyHistory: () => this.#policyHistory.entries,
      now,
      home,
      zone: options.zone,
      environment,
      forgetTurns: (days) => this.#books.forget(days),
      repriced: () => this.#books.repriced(),
      sandboxTurn: () => this.#trial.run(this.status()),
      pause: this.#pause,
      dispatch: this.#dispatch,
      dump: this.#dump,
      captures: this.#captures,
    });
    this.#carrier = new HttpCarrier({
      handlers: this.handlers,
      subscribe: (listener) => this.#pushes.subscribe(listener),
      windowFiles: options.windowFiles ?? null,
      metrics: this.#books.metrics,
    });
    this.#front = new Front({
      house: this.#house,
      control: this.#carrier,
      wanted: this.#settings.current.gateway,
      port: options.port,
      drainMs: DRAIN_MS,
      onListening: (address) => {
        this.#notices.clear('port_in_use');
        this.#notices.clear('listen_failed');
        announce(home, { host: address.host, port: address.port, token: this.#carrier.token });
        this.#pushes.statusChanged();
      },
      onFailure: this.notice.bind(this),
    });
  }

  async start(): Promise<void> {
    await this.#sandbox.start();
    void this.#dump.sweep();
    void this.#captures.follow();
    await this.#books.start();
    await this.#loadKeys();
    this.#showProblem(this.#settings.state);
    this.#settings.onChange((state) => {
      this.#follow(state);
    });
    this.#settings.watch();
    await this.#front.listen();
  }

  onPush(listener: (push: Push) => void): () => void {
    return this.#pushes.subscribe(listener);
  }

  status(): Status {
    const { settings, source } = this.#settings.state;
    const { address } = this.#front;
    const accounts = this.#ways.states();
    return {
      version: this.#options.version,
      baseUrl: address === null ? null : `http://${hostInUrl(address.host)}:${address.port}/v1`,
      port: this.#front.port,
      home: this.#options.home,
      startedAt: this.#startedAt,
      sandbox: accounts.every(isSandbox),
      openTurns: this.#front.openTurns,
      sessions: this.#front.sessions,
      accounts,
      tools: settings.tools.map(({ name }) => ({ name })),
      policySource: source,
      refused: Object.fromEntries(this.#refused),
      lostRows: this.#ledger.lost,
      notices: this.#notices.list(),
      paused: this.#pause.state,
      ...this.#books.status(),
    };
  }

  windowUrl(): string | null {
    const { address } = this.#front;
    return address === null ? null : windowUrl({ ...address, token: this.#carrier.token });
  }

  wake(): void {
    this.#dispatch.renew();
    this.#pushes.statusChanged();
    this.#front.listen().catch(this.#notFollowed);
  }

  notice(code: ErrorCode, detail: string | null): void {
    this.#notices.tell(code, detail);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#settings.close();
    this.#pause.close();
    await this.#front.stop();
    await this.#mcp.close();
    this.#carrier.close();
    this.#pushes.close();
    await this.#keyRing.logins.stop();
    await this.#dispatch.close();
    await this.#dump.close();
    await this.#captures.close();
    await this.#books.close();
    await this.#sandbox.stop();
    await this.#reader.close();
    this.#ledger.close();
    await this.#policyHistory.close();
    unannounce(this.#options.home, this.#carrier.token);
    this.log.close();
    this.#lock.release();
  }

  #follow(state: SettingsState): void {
    this.#policyHistory.add(state.settings.policy, (this.#options.now ?? Date.now)());
    this.#books.settingsChanged();
    void this.#captures.follow();
    this.#mcp.follow(state.settings.mcp);
    this.#showProblem(state);
    this.#pushes.policyChanged();
    this.#pushes.settingsChanged();
    this.#pushes.statusChanged();
    this.log.info({ source: state.source }, say('log_settings'));
    this.#loadKeys()
      .then(() => this.#front.follow(state.settings.gateway))
      .catch(this.#notFollowed);
  }

  readonly #notFollowed = (error: unknown): void => {
    this.log.error({ error: String(error) }, say('log_settings_stuck'));
  };

  #showProblem({ problem }: SettingsState): void {
    this.#notices.tell('settings_invalid', problem);
  }

  async #loadKeys(): Promise<void> {
    const { accounts } = this.#settings.current;
    this.#keyRing.logins.keep(accounts);
    await this.#accounts.load(accounts);
    this.#ways.settle();
    this.#pushes.statusChanged();
  }
}

function after(milliseconds: number, action: () => void): () => void {
  const timer = setTimeout(action, milliseconds);
  return () => {
    clearTimeout(timer);
  };
}
