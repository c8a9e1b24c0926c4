import { z } from 'zod';
import { AccountSchema } from './account.ts';
import { DEFAULT_POLICY, PolicySchema } from './policy.ts';

/** The port people point their tools at. */
const DEFAULT_PORT = 4141;

/** A tool's name, as rules and the ledger use it. */
export const ToolNameSchema = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u,
    'begin with a letter or digit; then letters, digits, blanks and . _ @ -',
  );

/** One local program that may use the gateway; the key itself is shown once and only its hash is kept. */
const ToolSchema = z.strictObject({
  name: ToolNameSchema,
  keyHash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hex digits'),
});

/** One local program that may use the gateway. */
export type Tool = z.output<typeof ToolSchema>;

const GatewaySchema = z.strictObject({
  /** Loopback only: another address would put the keys behind it on the network. */
  host: z.enum(['127.0.0.1', '::1', 'localhost']).default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(DEFAULT_PORT),
  /** The largest request body, as received and again after decoding, in MiB. */
  bodyLimitMiB: z.int().min(1).max(512).default(64),
  /** The largest WebSocket message of a tool, in MiB. */
  messageLimitMiB: z.int().min(1).max(128).default(16),
  /** Whether a tool that offers permessage-deflate gets it. */
  compressSockets: z.boolean().default(true),
});

/** The settings file: unknown members are errors, so that a mistyped limit is never silently no limit. */
export const SettingsSchema = z
  .strictObject({
    gateway: GatewaySchema.prefault({}),
    tools: z.array(ToolSchema).default([]),
    accounts: z.array(AccountSchema).default([]),
    policy: PolicySchema.default(DEFAULT_POLICY),
  })
  .superRefine(({ tools, accounts }, context) => {
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
  });

/** Everything a user decides, complete and valid. */
export type Settings = z.output<typeof SettingsSchema>;

/** What applies before anybody has decided anything. */
export const DEFAULT_SETTINGS: Settings = SettingsSchema.parse({});

function reportTwins(names: readonly string[], list: string, member: string, context: z.RefinementCtx): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      context.addIssue({ code: 'custom', path: [list, index, member], message: `${name} is there twice` });
  });
}

/** One thing wrong with a document, and where. */
export interface Problem {
  /** As people write it: `policy.rules[0].action`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a document, with the path of each member at fault. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'there is no such setting' }));
    }
    return [{ path: pathText(issue.path), message: issue.message }];
  });
}

/** The problems as one line for a person. */
export function problemsText(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
