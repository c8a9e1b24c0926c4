import { fold } from '../../shared/fold.ts';
import { type Json, isJson, stringOf } from './translate/exact-json.ts';

/** Whether the policy lets a model's turns run at a tier. */
export type PassesTier = (model: string, tier: string) => boolean;

/** The names of the models in an answer to `GET /models`, in whichever shape. */
export function modelNames(answer: Json): string[] {
  const list = Array.isArray(answer['data']) ? answer['data'] : answer['models'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => (isJson(one) ? (stringOf(one['id']) ?? stringOf(one['slug']) ?? []) : []));
}

/** True for the shape in which Codex reads its models. */
export function isCatalog(answer: Json): boolean {
  return Array.isArray(answer['models']);
}

/**
 * A catalog of Codex's that offers no tier which the policy would not let pass: what `/fast` then offers is what leaves.
 * Everything else in it stays.
 */
export function followPolicy(catalog: Json, passes: PassesTier): Json {
  const models = Array.isArray(catalog['models']) ? catalog['models'] : [];
  return { ...catalog, models: models.map((model: unknown) => (isJson(model) ? honest(model, passes) : model)) };
}

function honest(model: Json, passes: PassesTier): Json {
  const slug = stringOf(model['slug']) ?? '';
  const may = (tier: unknown): boolean => typeof tier === 'string' && passes(slug, tier);
  const { service_tiers: tiers, additional_speed_tiers: speeds, default_service_tier: usual } = model;
  return {
    ...model,
    ...(Array.isArray(tiers)
      ? { service_tiers: tiers.filter((tier: unknown) => isJson(tier) && may(tier['id'])) }
      : {}),
    ...(Array.isArray(speeds) ? { additional_speed_tiers: speeds.filter(may) } : {}),
    ...(typeof usual === 'string' && !may(usual) ? { default_service_tier: null } : {}),
  };
}

/** What a tier is called where a person chooses it. */
const TIER_NAMES: Readonly<Record<string, { readonly name: string; readonly description: string }>> = {
  priority: { name: 'Fast', description: 'Sooner, at the price of Fast' },
  ultrafast: { name: 'Ultrafast', description: 'Soonest, at the price of Ultrafast' },
};

const EFFORTS = ['low', 'medium', 'high', 'xhigh'] as const;

/** A catalog for an upstream that has none: what is known of a model by its name, and the tiers that it may run at. */
export function makeCatalog(
  names: readonly string[],
  tiersOf: (model: string) => readonly string[],
  passes: PassesTier,
): Json {
  const models = names.filter(isForCoding).map((slug, index) => {
    const tiers = tiersOf(slug).filter((tier) => passes(slug, tier));
    return {
      slug,
      display_name: slug,
      description: null,
      default_reasoning_level: 'medium',
      supported_reasoning_levels: EFFORTS.map((effort) => ({ effort, description: effort })),
      shell_type: 'shell_command',
      visibility: 'list',
      supported_in_api: true,
      priority: index + 1,
      availability_nux: null,
      upgrade: null,
      base_instructions: '',
      model_messages: null,
      supports_reasoning_summaries: true,
      default_reasoning_summary: 'auto',
      support_verbosity: true,
      default_verbosity: null,
      apply_patch_tool_type: 'freeform',
      web_search_tool_type: 'text',
      input_modalities: ['text', 'image'],
      truncation_policy: { mode: 'tokens', limit: 10_000 },
      supports_parallel_tool_calls: true,
      context_window: 272_000,
      auto_compact_token_limit: null,
      experimental_supported_tools: [],
      default_service_tier: null,
      service_tiers: tiers.flatMap((id) => (TIER_NAMES[id] === undefined ? [] : [{ id, ...TIER_NAMES[id] }])),
      additional_speed_tiers: tiers.flatMap((tier) =>
        tier === 'priority' ? ['fast'] : tier === 'ultrafast' ? [tier] : [],
      ),
    };
  });
  return { models };
}

/** Models of a list that a coding tool can run: not those for embeddings, pictures, speech or moderation. */
function isForCoding(name: string): boolean {
  return (
    /^(?:gpt-[4-9]|o\d|codex|claude|.*\/)/.test(fold(name)) &&
    !/embed|image|audio|tts|transcribe|realtime|moderation|search/.test(name)
  );
}
