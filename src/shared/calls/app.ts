import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { type Call, Nothing } from './call.ts';

/** The parts of the settings that are changed as a whole; tools, accounts and policy have calls of their own. */
export const SECTIONS = [
  'gateway',
  'errorRules',
  'budgets',
  'prices',
  'capture',
  'dump',
  'telemetry',
  'retention',
  'mcp',
  'app',
] as const;

/** One of {@link SECTIONS}. */
export type Section = (typeof SECTIONS)[number];

const SettingsSectionsSchema = z.custom<Pick<Settings, Section>>(
  (value) => typeof value === 'object' && value !== null,
);

const LogLineSchema = z.object({
  at: z.int(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  /** Everything else the line says. */
  fields: z.record(z.string(), z.unknown()),
});

/** One line of the log, without any key. */
export type LogLine = z.output<typeof LogLineSchema>;

const CheckSchema = z.object({
  /** Such as `ledger` or `keychain`. */
  id: z.string(),
  result: z.enum(['ok', 'warning', 'failed']),
  detail: z.string(),
  /** What to do; empty where nothing has to be done. */
  next: z.string(),
});

/** One thing that the doctor looked at. */
export type Check = z.output<typeof CheckSchema>;

/** What may be asked about the program itself. */
export const APP_CALLS = {
  'settings.get': { input: Nothing, output: SettingsSectionsSchema },
  /** Puts one part of the settings in force; throws `settings_invalid`. */
  'settings.set': {
    input: z.strictObject({ section: z.enum(SECTIONS), value: z.unknown() }),
    output: SettingsSectionsSchema,
  },
  /** Answers new turns with an error until then, or until resumed; open turns go on. */
  'gateway.pause': { input: z.strictObject({ minutes: z.int().min(1).max(10_080).optional() }), output: z.object({}) },
  'gateway.resume': { input: Nothing, output: z.object({}) },
  /** Sends one turn to the sandbox, the way a tool would. */
  'sandbox.turn': { input: Nothing, output: z.object({ turn: z.string() }) },
  'log.page': {
    input: z.strictObject({
      /** This grave or graver. */
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      text: z.string().max(200).default(''),
      limit: z.int().min(1).max(2000).default(500),
    }),
    /** The newest, oldest first. */
    output: z.object({ lines: z.array(LogLineSchema) }),
  },
  /** A new token for the metrics page, told only in this answer; the page is on from now, and an old token opens nothing. */
  'metrics.rotate': { input: Nothing, output: z.object({ key: z.string() }) },
  /** Takes the metrics page off. */
  'metrics.revoke': { input: Nothing, output: z.object({}) },
  /** Looks at everything that a gateway needs; at the accounts' upstreams only where that is asked for. */
  'doctor.run': {
    input: z.strictObject({ online: z.boolean().default(false) }).prefault({}),
    output: z.object({ checks: z.array(CheckSchema) }),
  },
} as const satisfies Record<string, Call>;
