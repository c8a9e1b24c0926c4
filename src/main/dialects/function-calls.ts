import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { trimSpace } from '../../shared/fold.ts';
import { type Envelope, textOf } from '../envelope/scan.ts';

interface Item {
  type: string | null;
  callId: string | null;
  id: string | null;
}

/**
 * Checks that every `function_call_output` of the input answers something the upstream can know (spec C.3); `continues`
 * says that the request goes on from an earlier response, whose calls are then not in the input.
 */
export function checkFunctionCalls(bytes: Buffer, envelope: Envelope, continues: boolean): GatewayError | null {
  if (continues || !mayHoldOutput(envelope)) return null;
  const items = inputItems(bytes, envelope);
  const outputs = items.filter(({ type }) => type === OUTPUT);
  if (outputs.length === 0) return null;
  if (items.some(({ type, callId }) => (type === 'function_call' || type === 'tool_call') && isText(callId)))
    return null;
  if (outputs.some(({ callId }) => !isText(callId))) return gatewayError('call_id_required');
  const references = new Set(items.filter(({ type }) => type === 'item_reference').map(({ id }) => id));
  return outputs.every(({ callId }) => references.has(callId)) ? null : gatewayError('call_reference_required');
}

const OUTPUT = 'function_call_output';

/** Most inputs are messages: only a type that is long enough, with its quotes, can be an output's, and escapes only make it longer. */
function mayHoldOutput({ occurrences }: Envelope): boolean {
  return occurrences.some(
    ({ path, valueStart, valueEnd }) => path === 'input.[].type' && valueEnd - valueStart >= OUTPUT.length + 2,
  );
}

function inputItems(bytes: Buffer, { occurrences }: Envelope): Item[] {
  const items = new Map<number, Item>();
  for (const occurrence of occurrences) {
    if (!occurrence.path.startsWith('input.[].')) continue;
    const item = items.get(occurrence.objectStart) ?? { type: null, callId: null, id: null };
    items.set(occurrence.objectStart, item);
    const text = textOf(bytes, occurrence);
    if (occurrence.path === 'input.[].type') item.type = text;
    else if (occurrence.path === 'input.[].call_id') item.callId = text;
    else item.id = text;
  }
  return [...items.values()];
}

function isText(value: string | null): boolean {
  return value !== null && trimSpace(value) !== '';
}
