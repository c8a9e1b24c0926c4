import { type Json, isJson, stringOf } from './exact-json.ts';
import { type TranslationNotes, quoted } from './translation-notes.ts';

/** The tools of a Chat request, which nests what Responses says flat. */
export function chatTools(request: Json, notes: TranslationNotes): Json[] {
  const { tools, functions } = request;
  const current = Array.isArray(tools) ? tools.map((tool, index) => toolOf(tool, `tools[${index}]`, notes)) : [];
  const legacy = Array.isArray(functions)
    ? functions.map((one, index) => functionTool(one, `functions[${index}]`, notes))
    : [];
  return [...current, ...legacy];
}

function toolOf(tool: unknown, path: string, notes: TranslationNotes): Json {
  const said = isJson(tool) ? tool : {};
  const { type, custom } = said;
  notes.rest(said, path, ['type', 'function', 'custom'], ['cache_control']);
  if (type === 'function') return functionTool(said['function'], `${path}.function`, notes);
  if (type === 'custom' && isJson(custom)) {
    notes.rest(custom, `${path}.custom`, ['name', 'description', 'format']);
    return { type: 'custom', ...custom, ...formatOf(custom['format']) };
  }
  notes.cannot(`${path}, a tool of type ${quoted(type)}`);
  return {};
}

function formatOf(format: unknown): Json {
  const grammar = isJson(format) && isJson(format['grammar']) ? format['grammar'] : null;
  return grammar === null ? {} : { format: { type: 'grammar', ...grammar } };
}

function functionTool(fn: unknown, path: string, notes: TranslationNotes): Json {
  if (!isJson(fn)) {
    notes.cannot(path);
    return {};
  }
  notes.rest(fn, path, ['name', 'description', 'parameters', 'strict']);
  const { name, description, parameters, strict } = fn;
  return {
    type: 'function',
    name,
    ...(typeof description === 'string' ? { description } : {}),
    parameters: isJson(parameters) ? parameters : { type: 'object', properties: {} },
    // Chat checks strictly only when asked to; Responses does unless told not to.
    strict: strict === true,
  };
}

/** The choice of a tool, flattened; the legacy member says the same with fewer words. */
export function chatToolChoice(request: Json, notes: TranslationNotes): Json {
  const choice = request['tool_choice'] ?? request['function_call'];
  if (choice === undefined || choice === null) return {};
  if (typeof choice === 'string') return { tool_choice: choice };
  if (!isJson(choice)) {
    notes.cannot('tool_choice');
    return {};
  }
  const { type, function: fn, custom, allowed_tools: allowed } = choice;
  if (type === 'function' && isJson(fn)) return { tool_choice: { type, name: fn['name'] } };
  if (type === 'custom' && isJson(custom)) return { tool_choice: { type, name: custom['name'] } };
  if (type === 'allowed_tools' && isJson(allowed)) {
    const tools = Array.isArray(allowed['tools']) ? allowed['tools'].map(flatTool) : [];
    return { tool_choice: { type, mode: allowed['mode'], tools } };
  }
  if (type === undefined && typeof choice['name'] === 'string')
    return { tool_choice: { type: 'function', name: choice['name'] } };
  notes.cannot(`tool_choice of type ${quoted(type)}`);
  return {};
}

function flatTool(tool: unknown): unknown {
  if (!isJson(tool)) return tool;
  const type = stringOf(tool['type']) ?? '';
  const inner = tool[type];
  return isJson(inner) ? { type, name: inner['name'] } : tool;
}
