import { z } from 'zod';
import { ACTIONS, type Policy, type Rule, RULE_TIERS, SCOPES } from '../shared/policy.ts';
import { sayTier, TIERS } from '../shared/tier.ts';

/** What is wrong with a field, as the name of a text of the policy page. */
export type RuleProblem = 'idBad' | 'forceToMissing' | 'untilBad' | 'messageLong';

const problem = (name: RuleProblem): RuleProblem => name;

/** A rule as the form holds it: lists as text, and empty text for what may be left out. */
export const RuleFormSchema = z
  .object({
    id: z.string().regex(/^[\w.:-]{0,64}$/, problem('idBad')),
    enabled: z.boolean(),
    serviceTier: z.enum(RULE_TIERS),
    action: z.enum(ACTIONS),
    forceTo: z.union([z.enum(TIERS), z.literal('')]),
    scope: z.enum(SCOPES),
    models: z.string(),
    fallbackAction: z.enum(ACTIONS),
    errorMessage: z.string().max(1000, problem('messageLong')),
    fallbackErrorMessage: z.string().max(1000, problem('messageLong')),
    tools: z.string(),
    observeOnly: z.boolean(),
    until: z.string().refine((text) => text === '' || !Number.isNaN(Date.parse(text)), problem('untilBad')),
  })
  .superRefine((form, context) => {
    if (forces(form) && form.forceTo === '')
      context.addIssue({ code: 'custom', path: ['forceTo'], message: problem('forceToMissing') });
  });

/** A rule as the form holds it. */
export type RuleForm = z.output<typeof RuleFormSchema>;

/** True where the rule sends a tier of its own, to the models it names or to the others. */
export function forces({
  action,
  models,
  fallbackAction,
}: Pick<RuleForm, 'action' | 'models' | 'fallbackAction'>): boolean {
  return action === 'force' || (fallbackAction === 'force' && namesOf(models).length > 0);
}

/** The names in a line of names between commas. */
export function namesOf(line: string): string[] {
  return line
    .split(/[,，\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** What a new rule begins with: from one tool or tier where it is made from a turn. */
export function blankRule({ tool = '', tier = '', model = '' }: Readonly<Record<string, string>> = {}): RuleForm {
  const said = sayTier(tier).exact;
  return {
    id: '',
    enabled: true,
    serviceTier: said === 'missing' || said === 'none' ? 'priority' : said,
    action: 'filter',
    forceTo: '',
    scope: 'all',
    models: model,
    fallbackAction: 'pass',
    errorMessage: '',
    fallbackErrorMessage: '',
    tools: tool,
    observeOnly: false,
    until: '',
  };
}

/** A rule put into the form. */
export function formOf(rule: Rule): RuleForm {
  return {
    id: rule.id,
    enabled: rule.enabled,
    serviceTier: rule.serviceTier,
    action: rule.action,
    forceTo: rule.forceTo ?? '',
    scope: rule.scope,
    models: rule.models.join(', '),
    fallbackAction: rule.fallbackAction,
    errorMessage: rule.errorMessage ?? '',
    fallbackErrorMessage: rule.fallbackErrorMessage ?? '',
    tools: rule.tools.join(', '),
    observeOnly: rule.observeOnly,
    until: rule.until === undefined ? '' : localMoment(Date.parse(rule.until)),
  };
}

/** The rule that a form means; what does not apply is left out, since the policy refuses it. */
export function ruleOf(form: RuleForm, policy: Policy): Rule {
  const models = namesOf(form.models);
  const fallbackAction = models.length === 0 ? 'pass' : form.fallbackAction;
  const blocks = form.action === 'block' && form.errorMessage.trim() !== '';
  const fallbackBlocks = fallbackAction === 'block' && form.fallbackErrorMessage.trim() !== '';
  return {
    id: form.id === '' ? freeId(form, policy) : form.id,
    enabled: form.enabled,
    serviceTier: form.serviceTier,
    action: form.action,
    ...(forces(form) && form.forceTo !== '' ? { forceTo: form.forceTo } : {}),
    scope: form.scope,
    models,
    fallbackAction,
    ...(blocks ? { errorMessage: form.errorMessage.trim() } : {}),
    ...(fallbackBlocks ? { fallbackErrorMessage: form.fallbackErrorMessage.trim() } : {}),
    tools: namesOf(form.tools),
    observeOnly: form.observeOnly,
    ...(form.until === '' ? {} : { until: new Date(form.until).toISOString() }),
  };
}

/** A name that says what the rule does: `filter-priority-codex`, with a number where it is taken. */
function freeId({ action, serviceTier, tools }: RuleForm, { rules }: Policy): string {
  const [tool] = namesOf(tools);
  const parts = [action, serviceTier, ...(tool === undefined ? [] : [tool.replace(/[^\w.:-]+/g, '-')])];
  const name = parts.join('-').slice(0, 56);
  const taken = new Set(rules.map(({ id }) => id));
  let number = 2;
  if (!taken.has(name)) return name;
  while (taken.has(`${name}-${number}`)) number += 1;
  return `${name}-${number}`;
}

/** An instant as a field for day and time takes it, on the person's own clock. */
function localMoment(instant: number): string {
  if (Number.isNaN(instant)) return '';
  const date = new Date(instant);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
