import { type Json, isJson, stringOf } from './exact-json.ts';
import { toolOf } from './messages-tools.ts';
import { type TranslationNotes, quoted } from './translation-notes.ts';

/** One tool, and whether the model is to know of it by now. */
interface Offer {
  readonly name: string | null;
  readonly tool: Json;
  offered: boolean;
}

/**
 * The tools that a Messages request offers at its end. One whose loading is deferred is offered once a message or a
 * tool's result has brought it in, and a message can withdraw any of them; Responses knows only the list that comes of it.
 */
export class OfferedTools {
  readonly #notes: TranslationNotes;
  readonly #offers: Offer[] = [];

  constructor(notes: TranslationNotes) {
    this.#notes = notes;
  }

  /** The request's own list. */
  declare(tools: unknown): void {
    if (!Array.isArray(tools)) return;
    tools.forEach((tool: unknown, index) => {
      this.#add(tool, `tools[${index}]`, isJson(tool) && tool['defer_loading'] === true);
    });
  }

  /** A block that adds a tool or withdraws one, from where it stands on. */
  change(block: Json, path: string): void {
    this.#notes.rest(block, path, ['type', 'tool'], ['cache_control']);
    const adds = block['type'] === 'tool_addition';
    const { tool } = block;
    const said = isJson(tool) ? tool : {};
    if (said['type'] === 'tool_reference') this.bring(said['name'], `${path}.tool`, adds);
    else if (said['type'] === 'tool_definition' && adds)
      this.#add(said['definition'], `${path}.tool.definition`, false);
    else this.#notes.cannot(`${path}.tool of type ${quoted(said['type'])}`);
  }

  /** Offers a tool of the list, or withdraws it. */
  bring(name: unknown, path: string, offered = true): void {
    const named = this.#offers.filter((one) => one.name === name);
    if (named.length === 0) this.#notes.cannot(`${path}, a tool that is not in the list: ${quoted(name)}`);
    for (const one of named) one.offered = offered;
  }

  /** What is offered now. */
  get list(): readonly Json[] {
    return this.#offers.filter(({ offered }) => offered).map(({ tool }) => tool);
  }

  #add(tool: unknown, path: string, deferred: boolean): void {
    const translated = toolOf(tool, path, this.#notes);
    const name = isJson(tool) ? stringOf(tool['name']) : null;
    if (translated !== null) this.#offers.push({ name, tool: translated, offered: !deferred });
  }
}
