import { type Json, isJson, stringOf } from './exact-json.ts';
import { type TranslationNotes, quoted } from './translation-notes.ts';

/** Members of a tool that steer how the provider keeps and streams it, and nothing of what it is. */
const TOOL_HINTS = ['cache_control', 'eager_input_streaming', 'allowed_callers', 'input_examples'] as const;

/** Anthropic's own web search, in any of its versions. */
const WEB_SEARCH = /^web_search_\d{8}$/;

/** A tool of a Messages request as a tool of a Responses request; null where there is none like it. */
export function toolOf(tool: unknown, path: string, notes: TranslationNotes): Json | null {
  if (!isJson(tool)) {
    notes.cannot(path);
    return null;
  }
  const { type } = tool;
  if (typeof type === 'string' && WEB_SEARCH.test(type)) return webSearch(tool, path, notes);
  if (type !== undefined && type !== null && type !== 'custom') {
    notes.cannot(`${path}, a tool of type ${quoted(type)}`);
    return null;
  }
  notes.rest(tool, path, ['type', 'name', 'description', 'input_schema', 'strict', 'defer_loading'], TOOL_HINTS);
  const { name, description, input_schema: schema } = tool;
  if (typeof name !== 'string') notes.cannot(`${path}.name`);
  return {
    type: 'function',
    name,
    ...(typeof description === 'string' ? { description } : {}),
    parameters: isJson(schema)
      ? { ...schema, properties: schema['properties'] ?? {} }
      : { type: 'object', properties: {} },
    strict: tool['strict'] === true,
  };
}

function webSearch(tool: Json, path: string, notes: TranslationNotes): Json {
  notes.rest(
    tool,
    path,
    ['type', 'name', 'allowed_domains', 'user_location', 'defer_loading'],
    [...TOOL_HINTS, 'max_uses'],
  );
  const { allowed_domains: allowed, user_location: location } = tool;
  return {
    type: 'web_search',
    ...(Array.isArray(allowed) ? { filters: { allowed_domains: allowed } } : {}),
    ...(isJson(location) ? { user_location: location } : {}),
  };
}

/** The choice of a tool, and whether several may be called at once. */
export function toolChoiceOf(choice: unknown, notes: TranslationNotes): Json {
  if (choice === undefined || choice === null) return {};
  if (!isJson(choice)) {
    notes.cannot('tool_choice');
    return {};
  }
  notes.rest(choice, 'tool_choice', ['type', 'name', 'disable_parallel_tool_use']);
  const parallel = choice['disable_parallel_tool_use'] === true ? { parallel_tool_calls: false } : {};
  switch (choice['type']) {
    case 'auto':
      return { tool_choice: 'auto', ...parallel };
    case 'any':
      return { tool_choice: 'required', ...parallel };
    case 'none':
      return { tool_choice: 'none' };
    case 'tool':
      return { tool_choice: { type: 'function', name: stringOf(choice['name']) ?? '' }, ...parallel };
    default:
      notes.cannot(`tool_choice of type ${quoted(choice['type'])}`);
      return {};
  }
}
