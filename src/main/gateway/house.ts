import type { Dispatcher } from 'undici';
import type { Provider } from '../../shared/account.ts';
import type { Policy } from '../../shared/policy.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { NewTurn } from '../../shared/turn.ts';
import type { Log } from '../logs/log.ts';
import type { McpServers } from '../mcp/servers.ts';
import type { ErrorRule, Settings, Tool } from '../../shared/settings.ts';
import type { Redactor } from '../secrets/redact.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Ways } from '../upstream/ways.ts';
import type { Connector } from '../upstream/connector.ts';
import type { UpstreamRequest } from '../upstream/dispatch.ts';
import type { RatesOf } from './dearer.ts';
import type { Dump } from '../upstream/dump.ts';
import type { ModelCopies } from '../upstream/model-copies.ts';
import type { Capture } from './capture.ts';
import type { ToolLimits } from './tool-limits.ts';

/** What the corridor uses of the rest of the house; the runtime passes it in. */
export interface House {
  /** The settings in force at this moment, asked for again by every turn. */
  readonly settings: () => {
    readonly policy: Policy;
    readonly tools: readonly Tool[];
    readonly bodyLimitMiB: number;
    readonly messageLimitMiB: number;
    readonly compressSockets: boolean;
    readonly errorRules: readonly ErrorRule[];
    /** The providers for which a tool may bring a key of its own. */
    readonly ownKeys: readonly Provider[];
    readonly mcp: Settings['mcp'];
  };
  /** Whether the person has paused the gateway; asked for again by every turn. */
  readonly paused: () => boolean;
  readonly ways: Pick<Ways, 'open' | 'bind' | 'blame' | 'resting' | 'isClear' | 'candidates' | 'accounts'>;
  /** What upstreams last said of their models. */
  readonly modelCopies: ModelCopies;
  /** Lets tools begin turns, as far as their limits go. */
  readonly limits: Pick<ToolLimits, 'begin'>;
  /** Asks for the token that takes the place of a login's that was refused; null where there is none. */
  readonly renewLogin: (secret: Secret) => Promise<Secret | null>;
  readonly send: (request: UpstreamRequest, handler: Dispatcher.DispatchHandler) => void;
  /** Opens what is no request: the connections of sessions. */
  readonly connector: Connector;
  /** Writes attempts down while the person has that on. */
  readonly dump: Pick<Dump, 'begin' | 'enabled' | 'maxBytes'>;
  /** Keeps what was said in turns while the person has that on. */
  readonly capture: Pick<Capture, 'http' | 'session'>;
  /** The person's MCP servers. */
  readonly mcp: Pick<McpServers, 'serves' | 'tools' | 'call'>;
  /** What tokens cost on a way, by the prices of this moment. */
  readonly ratesOf: RatesOf;
  /** Commits a turn's row, synchronously. */
  readonly record: (turn: NewTurn) => void;
  /** Commits it together with others that end in the same round of the event loop, then calls back. */
  readonly recordSoon: (turn: NewTurn, then: () => void) => void;
  /** Counts a request that never reached the door. */
  readonly refused: (code: ErrorCode) => void;
  /** Takes provider keys out of bytes that go to a tool, also those that tools bring. */
  readonly redact: Pick<Redactor, 'text' | 'bytes' | 'stream' | 'protectBrought'>;
  /** A turn or a WebSocket session has begun, changed or ended. */
  readonly sessionsChanged: () => void;
  readonly now: () => number;
  /** Calls back after so many milliseconds; returns what takes that back. */
  readonly after: (milliseconds: number, action: () => void) => () => void;
  readonly log: Log;
}
