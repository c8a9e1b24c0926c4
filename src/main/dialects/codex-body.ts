import { type Edit, applyEdits, insertMember, removeMembers, replaceValue } from '../envelope/edit.ts';
import { type Envelope, type Occurrence, isFault, scan, textOf } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import { removeItems } from './input-items.ts';
import { membersAt } from './member.ts';

/** Members that ChatGPT's backend answers 400 to, whatever they say (spec F.4). */
const REFUSED = [
  ...['max_output_tokens', 'max_completion_tokens', 'temperature', 'top_p', 'frequency_penalty', 'presence_penalty'],
  ...['user', 'metadata', 'prompt_cache_retention', 'safety_identifier', 'stream_options'],
] as const;

const WATCHED = watch({
  ...Object.fromEntries(REFUSED.map((name) => [name, true as const])),
  store: true,
  stream: true,
  instructions: true,
  previous_response_id: true,
  input: { '[]': { type: true, role: true, encrypted_content: true } },
});

/** What stands in for the instructions that the backend wants and the tool did not give. */
const INSTRUCTIONS = 'You are a helpful coding assistant.';

/** What is to be made fit for the backend, and for whom. */
export interface CodexBodyOptions {
  /** A turn over HTTP, the compacting of a conversation, or a frame of a WebSocket. */
  readonly kind: 'turn' | 'compact' | 'frame';
  /** Whether the tool is Codex, which knows by itself what instructions its backend wants. */
  readonly isCodex: boolean;
}

/** A body that ChatGPT's backend takes. */
export interface CodexBody {
  readonly bytes: Buffer;
  /** Members of the tool's that had to go. */
  readonly leftOut: readonly string[];
}

/**
 * Makes a Responses request fit for ChatGPT's backend (spec F.4), by edits of those members alone that it refuses. What it
 * takes keeps its bytes, so that a request of Codex, which speaks to that backend natively, goes up as it came.
 */
export function codexBody(bytes: Buffer, { kind, isCodex }: CodexBodyOptions): CodexBody {
  const envelope = scan(bytes, WATCHED);
  // Whatever is no JSON object was refused before, or is refused by the backend.
  if (isFault(envelope)) return { bytes, leftOut: [] };
  const at = (name: string): Occurrence[] => membersAt(envelope, name).filter(({ exact }) => exact);
  const left = REFUSED.flatMap((name) => at(name));
  const gone = [...left, ...(kind === 'compact' ? [...at('store'), ...at('stream')] : [])];
  const edits: Edit[] = inputEdits(bytes, envelope);
  const put = (name: string, value: string | boolean): void => {
    const members = at(name);
    const last = members.at(-1);
    if (last === undefined) edits.push(insertMember(envelope, name, value));
    else {
      gone.push(...members.slice(0, -1));
      if (bytes.toString('latin1', last.valueStart, last.valueEnd) !== JSON.stringify(value))
        edits.push(replaceValue(last, value));
    }
  };
  if (kind !== 'compact') put('store', false);
  if (kind === 'turn') put('stream', true);
  // A frame that goes on from another has that one's instructions.
  const goesOn = kind === 'frame' && at('previous_response_id').some((member) => member.kind === 'string');
  if (!isCodex && !goesOn && isBlank(bytes, at('instructions').at(-1))) put('instructions', INSTRUCTIONS);
  edits.push(...removeMembers(gone));
  return { bytes: applyEdits(bytes, edits), leftOut: [...new Set(left.map(({ path }) => path))] };
}

function isBlank(bytes: Buffer, member: Occurrence | undefined): boolean {
  if (member === undefined || member.kind === 'null') return true;
  const text = textOf(bytes, member);
  return text !== null && text.trim() === '';
}

/** The backend wants a list, knows the system as the developer, and keeps no reasoning that it could be reminded of. */
function inputEdits(bytes: Buffer, envelope: Envelope): Edit[] {
  const inputs = membersAt(envelope, 'input').filter(({ exact }) => exact);
  const sealed = new Set(
    membersAt(envelope, 'input.[].encrypted_content')
      .filter(({ kind }) => kind === 'string')
      .map(({ objectStart }) => objectStart),
  );
  const forgotten = new Set(
    membersAt(envelope, 'input.[].type')
      .filter((type) => textOf(bytes, type) === 'reasoning' && !sealed.has(type.objectStart))
      .map(({ objectStart }) => objectStart),
  );
  const roles = membersAt(envelope, 'input.[].role').filter(
    (role) => textOf(bytes, role) === 'system' && !forgotten.has(role.objectStart),
  );
  return [
    ...roles.map((role) => replaceValue(role, 'developer')),
    ...inputs.flatMap((input): Edit[] => {
      if (input.kind === 'array') return removeItems(bytes, input, forgotten);
      if (input.kind !== 'string') return [];
      const { valueStart: start, valueEnd: end } = input;
      const open = '[{"type":"message","role":"user","content":[{"type":"input_text","text":';
      // The text keeps its bytes, escapes included.
      return [
        { start, end: start, text: open },
        { start: end, end, text: '}]}]' },
      ];
    }),
  ];
}
