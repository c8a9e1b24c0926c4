import { type Edit, applyEdits, insertMember } from '../../envelope/edit.ts';
import { type Envelope, type Occurrence, isFault, scan, textOf } from '../../envelope/scan.ts';
import type { WatchNode } from '../../envelope/watch.ts';
import { membersAt } from '../member.ts';

/** A request body that functions of the gateway's own can be added to, and the turns of its conversation. */
export class ToolRequest {
  readonly bytes: Buffer;
  readonly #envelope: Envelope;

  private constructor(bytes: Buffer, envelope: Envelope) {
    this.bytes = bytes;
    this.#envelope = envelope;
  }

  /** Null for a body that cannot be read, or says one of these members twice or in another letter case. */
  static of(bytes: Buffer, watched: WatchNode, members: readonly string[]): ToolRequest | null {
    const envelope = scan(bytes, watched);
    if (isFault(envelope)) return null;
    const request = new ToolRequest(bytes, envelope);
    const plain = members.every((name) => {
      const found = membersAt(envelope, name);
      return found.length === 0 || (found.length === 1 && found[0]?.exact === true);
    });
    return plain ? request : null;
  }

  /** A member, unless it is not there or null. */
  member(path: string): Occurrence | null {
    const [found] = membersAt(this.#envelope, path);
    return found === undefined || found.kind === 'null' ? null : found;
  }

  /** A member's value as it was written; null where there is none. */
  text(path: string): string | null {
    const found = this.member(path);
    return found === null ? null : this.bytes.toString('utf8', found.valueStart, found.valueEnd);
  }

  /** The strings at some paths, each as often as it stands there. */
  strings(...paths: readonly string[]): string[] {
    return paths.flatMap((path) => membersAt(this.#envelope, path).flatMap((one) => textOf(this.bytes, one) ?? []));
  }

  /** The body with these edits. */
  edited(edits: readonly Edit[]): Buffer {
    return applyEdits(this.bytes, edits);
  }

  /** Writes a member's value, whether or not it stood there. */
  put(path: string, json: string): Edit {
    const [found] = membersAt(this.#envelope, path);
    if (found !== undefined) return { start: found.valueStart, end: found.valueEnd, text: json };
    return { ...insertMember(this.#envelope, path, ''), text: `,${JSON.stringify(path)}:${json}` };
  }

  /** Adds items at the end of a list, which may not be there yet. */
  append(path: string, items: readonly unknown[]): Edit {
    const found = this.member(path);
    const added = items.map((item) => JSON.stringify(item)).join(',');
    if (found === null) return this.put(path, `[${added}]`);
    const end = found.valueEnd - 1;
    const isEmpty = this.bytes.toString('latin1', found.valueStart + 1, end).trim() === '';
    return { start: end, end, text: isEmpty ? added : `,${added}` };
  }
}
