import { fold } from '../../shared/fold.ts';
import { type ModelMapping, isFastAlias, mapModel, servesModel } from '../../shared/model.ts';
import { type Json, isJson, stringOf } from './translate/exact-json.ts';

/** How one account's models look to one tool. */
export interface ModelView {
  readonly mapping: ModelMapping;
  /** Whether a turn that asks for this tier would run at it; the model is named as the upstream knows it. */
  readonly passes: (upstreamModel: string, tier: string) => boolean;
}

/** A list of models in whichever shape: OpenAI's and Anthropic's `data`, or the `models` that Codex reads. */
type Shape = 'data' | 'models';

function shapeOf(answer: Json): Shape | null {
  return Array.isArray(answer['models']) ? 'models' : Array.isArray(answer['data']) ? 'data' : null;
}

/** True for an answer that is a list of models at all. */
export function isModelList(answer: Json): boolean {
  return shapeOf(answer) !== null;
}

/** True for the shape in which Codex reads its models. */
export function isCatalog(answer: Json): boolean {
  return shapeOf(answer) === 'models';
}

/** The names of the models in a list. */
export function modelNames(answer: Json): string[] {
  return entriesOf(answer).flatMap((entry) => nameOf(entry) ?? []);
}

function entriesOf(answer: Json): readonly unknown[] {
  const list = answer[shapeOf(answer) ?? 'data'];
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function nameOf(entry: unknown): string | null {
  return isJson(entry) ? (stringOf(entry['slug']) ?? stringOf(entry['id'])) : null;
}

/**
 * An upstream's list as a tool may use it: without what the account's mapping does not serve, with the names it adds, and
 * offering no tier that would not run. The same object where nothing had to change. `whole` is false for a later page.
 */
export function viewedList(answer: Json, view: ModelView, whole = true): Json {
  const shape = shapeOf(answer);
  if (shape === null) return answer;
  const entries = entriesOf(answer);
  const kept = entries.filter((entry) => {
    const name = nameOf(entry);
    return name === null || isOffered(name, view);
  });
  const seen = kept.map((entry) => (isJson(entry) ? honest(entry, view) : entry));
  const added = whole ? aliasEntries(entries, shape, view) : [];
  const same =
    added.length === 0 && seen.length === entries.length && seen.every((one, index) => one === entries[index]);
  return same ? answer : { ...answer, [shape]: [...seen, ...added] };
}

/** One model's own entry under the name that a tool knows it by. */
export function viewedModel(entry: Json, name: string, view: ModelView): Json {
  const member = 'slug' in entry ? 'slug' : 'id';
  return honest(entry[member] === name ? entry : { ...entry, [member]: name }, view);
}

/** An alias for Fast is offered where Fast would run. */
function isOffered(name: string, { mapping, passes }: ModelView): boolean {
  if (!servesModel(mapping, name)) return false;
  const upstream = mapModel(mapping, name) ?? name;
  return !isFastAlias(name, upstream) || passes(upstream, 'priority');
}

/** The names a mapping adds: its exact keys that the upstream does not list, each described as the model it stands for. */
function aliasEntries(entries: readonly unknown[], shape: Shape, view: ModelView): Json[] {
  const byName = new Map(entries.flatMap((entry) => (isJson(entry) ? [[nameOf(entry), entry]] : [])));
  return mappedNames(view).flatMap((name) => {
    const target = byName.get(mapModel(view.mapping, name));
    if (byName.has(name) || target === undefined) return [];
    return shape === 'data'
      ? [{ ...target, id: name }]
      : // Known to Codex, but its picker need not show every old name.
        [honest({ ...target, slug: name, display_name: name, visibility: 'hide' }, view)];
  });
}

/** The names that a mapping serves by name. */
export function mappedNames(view: ModelView): string[] {
  return Object.keys(view.mapping).filter((name) => !name.endsWith('*') && isOffered(name, view));
}

/** A catalog's model that offers no tier which would not run at it; the same object where it offered none. */
function honest(model: Json, { mapping, passes }: ModelView): Json {
  const name = nameOf(model) ?? '';
  const upstream = mapModel(mapping, name) ?? name;
  const may = (tier: unknown): boolean => typeof tier === 'string' && passes(upstream, tier);
  const { service_tiers: tiers, additional_speed_tiers: speeds, default_service_tier: usual } = model;
  const changed: Record<string, unknown> = {};
  if (Array.isArray(tiers) && !tiers.every((tier: unknown) => isJson(tier) && may(tier['id'])))
    changed['service_tiers'] = tiers.filter((tier: unknown) => isJson(tier) && may(tier['id']));
  if (Array.isArray(speeds) && !speeds.every(may)) changed['additional_speed_tiers'] = speeds.filter(may);
  if (typeof usual === 'string' && !may(usual)) changed['default_service_tier'] = null;
  return Object.keys(changed).length === 0 ? model : { ...model, ...changed };
}

/** A list for an upstream that has none, in OpenAI's shape or in Anthropic's. */
export function makeList(names: readonly string[], shape: 'openai' | 'anthropic'): Json {
  if (shape === 'openai')
    return { object: 'list', data: names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'tiergate' })) };
  return {
    data: names.map((id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' })),
    first_id: names[0] ?? null,
    last_id: names.at(-1) ?? null,
    has_more: false,
  };
}

/** What a tier is called where a person chooses it. */
const TIER_NAMES: Readonly<Record<string, { readonly name: string; readonly description: string }>> = {
  priority: { name: 'Fast', description: 'Sooner, at the price of Fast' },
  ultrafast: { name: 'Ultrafast', description: 'Soonest, at the price of Ultrafast' },
};

/** Codex without words for a model sends none, so there must be some. */
const INSTRUCTIONS = `You are a coding agent running in the Codex CLI, in a person's terminal and in their working directory.

- Read the files that matter before you change anything, and keep to the style you find there.
- Use the tools you are given to search, to edit and to run commands. Do not guess what a command would print.
- Change only what was asked for. Never undo work that is not yours, and ask before you delete anything.
- After a change, run the checks the project has. Say what you ran and what came of it.
- Answer briefly and in plain words; name files by their path.`;

const EFFORTS = ['low', 'medium', 'high', 'xhigh'] as const;

/** A catalog for an upstream that has none: what is known of a model by its name, and the tiers it is sold at that would run. */
export function makeCatalog(
  names: readonly string[],
  view: ModelView,
  tiersOf: (upstreamModel: string) => readonly string[],
): Json {
  const models = names.filter(isForCoding).map((slug, index) => {
    const tiers = tiersOf(mapModel(view.mapping, slug) ?? slug);
    const model = {
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
      base_instructions: INSTRUCTIONS,
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
      additional_speed_tiers: tiers.flatMap((tier) => (tier === 'priority' ? ['fast'] : [tier])),
    };
    return honest(model, view);
  });
  return { models };
}

/** Models of a list that a coding tool can run: not those for embeddings, pictures, speech or moderation. */
function isForCoding(name: string): boolean {
  return !/embed|image|dall-e|audio|tts|whisper|transcribe|realtime|moderation|sora|babbage|davinci/.test(fold(name));
}
