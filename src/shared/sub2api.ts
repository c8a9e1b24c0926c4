import { z } from 'zod';
import { ACTIONS, PolicySchema, type Policy } from './policy.ts';
import { say } from './sentences.ts';

const ForeignRule = z.strictObject({
  service_tier: z.string().transform((tier) => tier.trim().toLowerCase()),
  action: z.enum([...ACTIONS.filter((action) => action !== 'force'), 'force_priority']),
  scope: z.enum(['all', 'apikey', 'oauth']),
  error_message: z.string().optional(),
  model_whitelist: z.array(z.string()).optional(),
  fallback_action: z.enum(['', 'pass', 'filter', 'block', 'force_priority']).optional(),
  fallback_error_message: z.string().optional(),
  // Its users are people of a shared server; one person's machine has none, so a rule about some of them has no meaning.
  user_ids: z
    .array(z.number())
    .refine((users) => users.length === 0, say('rule_users'))
    .optional(),
});

const ForeignPolicy = z.strictObject({ rules: z.array(ForeignRule) });

/** Reads the fast policy document of the server gateway sub2api, whose members have other names; throws a ZodError. */
export function importSub2api(document: unknown): Policy {
  const { rules } = ForeignPolicy.parse(document);
  return PolicySchema.parse({
    rules: rules.map((rule) => {
      const action = ownAction(rule.action);
      const fallbackAction = ownAction(
        rule.fallback_action === undefined || rule.fallback_action === '' ? 'pass' : rule.fallback_action,
      );
      return {
        serviceTier: rule.service_tier === '' ? 'all' : rule.service_tier,
        action,
        scope: rule.scope,
        models: (rule.model_whitelist ?? []).map((pattern) => pattern.trim()),
        fallbackAction,
        ...(action === 'force' || fallbackAction === 'force' ? { forceTo: 'priority' } : {}),
        ...(isText(rule.error_message) ? { errorMessage: rule.error_message } : {}),
        ...(isText(rule.fallback_error_message) ? { fallbackErrorMessage: rule.fallback_error_message } : {}),
      };
    }),
  });
}

function ownAction(action: string): string {
  return action === 'force_priority' ? 'force' : action;
}

function isText(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}
