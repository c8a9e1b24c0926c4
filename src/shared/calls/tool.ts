import { z } from 'zod';
import { ToolLimitsSchema, ToolNameSchema } from '../settings.ts';
import { type Call, Nothing } from './call.ts';

const ToolStateSchema = z.object({ name: z.string(), limits: ToolLimitsSchema });
const NewKey = z.object({ name: z.string(), key: z.string() });

/** What may be asked about tools and their local keys. */
export const TOOL_CALLS = {
  'tool.list': { input: Nothing, output: z.object({ tools: z.array(ToolStateSchema) }) },
  /** This and `tool.rotate` are the only answers that ever hold a local key. */
  'tool.add': { input: z.strictObject({ name: ToolNameSchema }), output: NewKey },
  /** A new key for a tool; the old one no longer opens anything. */
  'tool.rotate': { input: z.strictObject({ name: z.string() }), output: NewKey },
  'tool.limit': {
    input: z.strictObject({ name: z.string(), limits: ToolLimitsSchema }),
    output: ToolStateSchema,
  },
  'tool.revoke': { input: z.strictObject({ name: z.string() }), output: z.object({ name: z.string() }) },
} as const satisfies Record<string, Call>;
