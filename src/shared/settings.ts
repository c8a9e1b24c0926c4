import { z } from 'zod';
import { AccountSchema, PROVIDERS } from './account.ts';
import { BudgetSchema } from './budget.ts';
import { DEFAULT_POLICY, PolicySchema } from './policy.ts';
import { PriceOverrideSchema } from './price-override.ts';
import { say } from './sentences.ts';

/** The port people point their tools at. */
const DEFAULT_PORT = 4141;

/** A tool's name, as rules and the ledger use it. */
export const ToolNameSchema = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u, say('letters_tool'));

const KeyHash = z.string().regex(/^sha256:[0-9a-f]{64}$/, say('letters_hash'));

/** What one tool may take. */
export const ToolLimitsSchema = z.strictObject({
  turnsPerMinute: z.int().min(1).optional(),
  openTurns: z.int().min(1).optional(),
});

/** One local program that may use the gateway; the key itself is shown once and only its hash is kept. */
const ToolSchema = z.strictObject({
  name: ToolNameSchema,
  keyHash: KeyHash,
  /** Turns it may begin within a minute, and have open at one time; absent is as many as it likes. */
  limits: ToolLimitsSchema.prefault({}),
});

/** One local program that may use the gateway. */
export type Tool = z.output<typeof ToolSchema>;

const GatewaySchema = z.strictObject({
  /** Loopback only, and also where this machine's own programs find it when the local network is let in. */
  host: z.enum(['127.0.0.1', '::1', 'localhost']).default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(DEFAULT_PORT),
  /** The largest request body, as received and again after decoding, in MiB. */
  bodyLimitMiB: z.int().min(1).max(512).default(64),
  /** The largest WebSocket message of a tool, in MiB. */
  messageLimitMiB: z.int().min(1).max(128).default(16),
  /** Whether a tool that offers permessage-deflate gets it. */
  compressSockets: z.boolean().default(true),
  /** Listens to the local network too: off, because everybody there could then try keys. */
  lan: z.boolean().default(false),
  /** The providers for which a tool may bring a key of its own. */
  ownKeys: z.array(z.enum(PROVIDERS)).default([]),
});

/** An answer of an upstream that the user wants told otherwise; the first rule that matches answers. */
const ErrorRuleSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    enabled: z.boolean().default(true),
    statuses: z.array(z.int().min(400).max(599)).default([]),
    /** Any of them somewhere in the body, whatever the letter case. */
    keywords: z.array(z.string().min(1).max(200)).default([]),
    /** Whether a status or a keyword suffices, or both are needed. */
    match: z.enum(['any', 'all']).default('any'),
    /** Empty is every provider. */
    providers: z.array(z.enum(PROVIDERS)).default([]),
    /** What the tool is told; absent is what the upstream said. */
    status: z.int().min(400).max(599).optional(),
    message: z.string().trim().min(1).max(1000).optional(),
  })
  .refine(({ statuses, keywords }) => statuses.length > 0 || keywords.length > 0, say('error_rule_empty'));

/** An answer of an upstream that the user wants told otherwise. */
export type ErrorRule = z.output<typeof ErrorRuleSchema>;

const CaptureSchema = z.strictObject({
  enabled: z.boolean().default(false),
  /** Empty is every tool. */
  tools: z.array(ToolNameSchema).default([]),
  /** The share of turns that is kept. */
  sample: z.number().min(0).max(1).default(1),
  /** The most that is kept of each prompt and each answer. */
  maxKiB: z.int().min(1).max(10_240).default(256),
  retentionDays: z.int().min(1).max(365).default(7),
});

const DumpSchema = z.strictObject({
  enabled: z.boolean().default(false),
  /** The most that is kept of each request and each answer. */
  maxKiB: z.int().min(1).max(65_536).default(1024),
  maxFiles: z.int().min(1).max(10_000).default(200),
  maxAgeHours: z
    .int()
    .min(1)
    .max(24 * 30)
    .default(24),
});

const TelemetrySchema = z.strictObject({
  /** Spans and metrics to the user's own collector. */
  otlp: z
    .strictObject({ enabled: z.boolean().default(false), endpoint: z.url().default('http://127.0.0.1:4318') })
    .prefault({}),
  /** A page for Prometheus, for whoever has its token; absent is no page. */
  metricsKeyHash: KeyHash.optional(),
});

const McpServerSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,24}$/, say('letters_server')),
    enabled: z.boolean().default(true),
    /** A program that speaks over its standard input and output, or the address of a server. */
    command: z.array(z.string().min(1)).min(1).optional(),
    url: z.url().optional(),
    /** Names of environment variables that the program gets. */
    env: z.array(z.string()).default([]),
    /** Patterns of tool names with one trailing `*`; empty is all. */
    allow: z.array(z.string()).default([]),
    deny: z.array(z.string()).default([]),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), say('server_both'));

/** One server of tools that the person has set up. */
export type McpServer = z.output<typeof McpServerSchema>;

const McpSchema = z.strictObject({
  enabled: z.boolean().default(false),
  /** The tools whose turns are offered the servers' tools; empty is every tool. */
  tools: z.array(ToolNameSchema).default([]),
  servers: z.array(McpServerSchema).default([]),
  maxRounds: z.int().min(1).max(50).default(10),
  maxSeconds: z.int().min(1).max(3600).default(300),
  callSeconds: z.int().min(1).max(600).default(60),
});

const AppSchema = z.strictObject({
  theme: z.enum(['light', 'dark', 'system']).default('system'),
  language: z.enum(['system', 'en', 'zh']).default('system'),
  launchAtLogin: z.boolean().default(false),
  /** Notifications: all, only what stops work, or none. */
  notify: z.enum(['all', 'important', 'none']).default('all'),
  updates: z.boolean().default(true),
  /** Whether the person has been told that closing the window keeps the gateway running. */
  closeExplained: z.boolean().default(false),
});

/** The form of the settings file that this program writes. */
const SETTINGS_VERSION = 1;

/** The version a document says it has, when that is newer than what this program knows; else null. */
export function newerVersion(document: unknown): number | null {
  if (typeof document !== 'object' || document === null || !('version' in document)) return null;
  const { version } = document;
  return typeof version === 'number' && version > SETTINGS_VERSION ? version : null;
}

/** The settings file: unknown members are errors, so that a mistyped limit is never silently no limit. */
export const SettingsSchema = z
  .strictObject({
    /** Counts up when an older program could no longer read what a newer one wrote. */
    version: z.literal(SETTINGS_VERSION).default(SETTINGS_VERSION),
    gateway: GatewaySchema.prefault({}),
    tools: z.array(ToolSchema).default([]),
    accounts: z.array(AccountSchema).default([]),
    policy: PolicySchema.default(DEFAULT_POLICY),
    errorRules: z.array(ErrorRuleSchema).default([]),
    budgets: z.array(BudgetSchema).default([]),
    prices: z.array(PriceOverrideSchema).default([]),
    capture: CaptureSchema.prefault({}),
    dump: DumpSchema.prefault({}),
    telemetry: TelemetrySchema.prefault({}),
    /** How long turns are kept; null is for ever. */
    retention: z.strictObject({ days: z.int().min(1).max(3650).nullable().default(null) }).prefault({}),
    mcp: McpSchema.prefault({}),
    app: AppSchema.prefault({}),
  })
  .superRefine(({ tools, accounts, budgets, mcp }, context) => {
    reportTwins(
      tools.map(({ name }) => name),
      'tools',
      'name',
      context,
    );
    reportTwins(
      accounts.map(({ id }) => id),
      'accounts',
      'id',
      context,
    );
    reportTwins(
      budgets.map(({ id }) => id),
      'budgets',
      'id',
      context,
    );
    reportTwins(
      mcp.servers.map(({ name }) => name),
      'mcp.servers',
      'name',
      context,
    );
  });

/** Everything a user decides, complete and valid. */
export type Settings = z.output<typeof SettingsSchema>;

/** What applies before anybody has decided anything. */
export const DEFAULT_SETTINGS: Settings = SettingsSchema.parse({});

function reportTwins(names: readonly string[], list: string, member: string, context: z.RefinementCtx): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      context.addIssue({ code: 'custom', path: [list, index, member], message: say('member_twice', { name }) });
  });
}
