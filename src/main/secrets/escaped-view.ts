/** A text with its escapes resolved, and where in the original each of its letters begins. */
export interface EscapedView {
  readonly text: string;
  /** One offset a letter, and one for the end. */
  readonly starts: readonly number[];
  /** How many letters stand before an escape that the end of the text cuts off; all of them when there is none. */
  readonly whole: number;
}

const PERCENT = 37;
const BACKSLASH = 92;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Resolves percent signs and the escapes of JSON once; what is no escape stays. Null when there is nothing to resolve. */
export function resolveEscapes(text: string): EscapedView | null {
  if (!text.includes('%') && !text.includes('\\')) return null;
  const starts: number[] = [];
  let whole: number | null = null;
  let resolved = '';
  for (let at = 0; at < text.length;) {
    const escape = escapeAt(text, at);
    starts.push(at);
    if (escape === 'open') {
      whole ??= resolved.length;
      resolved += text[at] ?? '';
      at += 1;
    } else {
      resolved += escape?.letter ?? text[at] ?? '';
      at += escape?.length ?? 1;
    }
  }
  starts.push(text.length);
  return { text: resolved, starts, whole: whole ?? resolved.length };
}

function escapeAt(text: string, at: number): { readonly letter: string; readonly length: number } | 'open' | null {
  const code = text.charCodeAt(at);
  if (code === PERCENT) return hexAt(text, at, 1, 2);
  if (code !== BACKSLASH) return null;
  const kind = text[at + 1];
  if (kind === undefined) return 'open';
  if (kind === 'u') return hexAt(text, at, 2, 4);
  if (kind === 'x') return hexAt(text, at, 2, 2);
  const letter = SHORT_ESCAPES[kind] ?? (/[\\/"']/.test(kind) ? kind : null);
  return letter === null ? null : { letter, length: 2 };
}

function hexAt(
  text: string,
  at: number,
  mark: number,
  digits: number,
): { readonly letter: string; readonly length: number } | 'open' | null {
  const hex = text.slice(at + mark, at + mark + digits);
  if (!/^[0-9a-f]*$/i.test(hex)) return null;
  if (hex.length < digits) return 'open';
  return { letter: String.fromCharCode(Number.parseInt(hex, 16)), length: mark + digits };
}
