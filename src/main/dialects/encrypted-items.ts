import { applyEdits } from '../envelope/edit.ts';
import { isFault, scan } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import { removeItems } from './input-items.ts';

const WATCHED = watch({ input: { '[]': { type: true, encrypted_content: true } } });

/**
 * A Responses body without the items that only the upstream that made them can decrypt; the same buffer where there are
 * none. Whole items go, since a reasoning item without its content means nothing to an upstream that stores nothing.
 */
export function withoutEncryptedItems(bytes: Buffer): Buffer {
  const envelope = scan(bytes, WATCHED);
  if (isFault(envelope)) return bytes;
  const going = new Set(
    envelope.occurrences
      .filter(({ path, kind }) => path === 'input.[].encrypted_content' && kind === 'string')
      .map(({ objectStart }) => objectStart),
  );
  const input = envelope.occurrences.find(({ path, kind }) => path === 'input' && kind === 'array');
  return input === undefined ? bytes : applyEdits(bytes, removeItems(bytes, input, going));
}
