/** What came of a call, as the model is told it. */
export interface CallResult {
  readonly text: string;
  /** Why it failed, for the record; null where it did not. */
  readonly error: string | null;
}

/** More of a result no model is told. */
const MOST = 256 * 1024;

/** The parts of a result that are looked at here; whatever else a server says is left out. */
interface Part {
  readonly type: string;
  readonly text?: unknown;
  readonly mimeType?: unknown;
  readonly uri?: unknown;
  readonly resource?: { readonly uri?: unknown; readonly text?: unknown; readonly mimeType?: unknown };
}

/** A server's result as text: a model that is called through functions reads nothing else. */
export function resultText(result: Readonly<Record<string, unknown>>): CallResult {
  const parts = Array.isArray(result['content']) ? (result['content'] as readonly Part[]) : [];
  const said = parts.map(partText).filter((text) => text !== '');
  const structured = result['structuredContent'] === undefined ? '' : JSON.stringify(result['structuredContent']);
  const whole = said.length > 0 ? said.join('\n') : structured;
  const text = whole === '' ? 'The tool returned nothing.' : cut(whole);
  return result['isError'] === true ? failed(text) : { text, error: null };
}

/** A call that failed, in words for the model. */
export function failed(why: string): CallResult {
  return { text: `Error: ${cut(why)}`, error: why.slice(0, 256) };
}

function partText({ type, text, mimeType, uri, resource }: Part): string {
  if (type === 'text') return typeof text === 'string' ? text : '';
  if (type === 'resource' && typeof resource?.text === 'string') return resource.text;
  const kind = mimeType ?? resource?.mimeType;
  const where = uri ?? resource?.uri;
  return `[${type}${typeof kind === 'string' ? ` ${kind}` : ''}${typeof where === 'string' ? ` ${where}` : ''} left out]`;
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}\n[${text.length - MOST} more characters left out]`;
}
