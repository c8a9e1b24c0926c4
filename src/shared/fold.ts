/**
 * Folds text the way the loosest common readers compare it: locale-free lower case plus the four code points whose simple
 * case folding lands on an ASCII letter (Go's `EqualFold`, Java's `equalsIgnoreCase`). `toLowerCase` alone keeps U+017F.
 */
export function fold(text: string): string {
  // The common case is plain ASCII; the replace is only paid for by odd text.
  const plain = /[\u0130\u0131\u017f\u212a]/.test(text)
    ? text.replace(/[\u0130\u0131\u017f\u212a]/g, unfoldable)
    : text;
  return plain.toLowerCase();
}

function unfoldable(letter: string): string {
  if (letter === '\u017f') return 's';
  if (letter === '\u212a') return 'k';
  return 'i';
}

/** Trims what Unicode and JavaScript call white space; `trim` alone keeps U+0085, which Go's `TrimSpace` removes. */
export function trimSpace(text: string): string {
  return trimWhere(text, (code) => code === 0x85);
}

/** Trims also the control characters: Python's `strip` removes some of them and Java's `trim` all. */
export function trimLeniently(text: string): string {
  return trimWhere(text, (code) => code === 0x85 || code <= 0x1f);
}

/**
 * Text as the loosest reader would compare it: trimmed and folded, ended at U+0000 as by readers written in C, and without
 * halves of surrogate pairs, which some drop because UTF-8 cannot hold them.
 */
export function readLoosely(text: string): string {
  const [cut = ''] = trimLeniently(text.isWellFormed() ? text : text.replace(/\p{Cs}/gu, '')).split('\0', 1);
  return fold(trimLeniently(cut));
}

/** A walk from both ends and not a regular expression: `\s+$` is quadratic on a long run of blanks that does not end the text. */
function trimWhere(text: string, alsoBlank: (code: number) => boolean): string {
  const blank = (index: number): boolean => alsoBlank(text.charCodeAt(index)) || text.charAt(index).trim() === '';
  let start = 0;
  let end = text.length;
  while (start < end && blank(start)) start += 1;
  while (end > start && blank(end - 1)) end -= 1;
  return text.slice(start, end);
}
