import { fold } from '../../shared/fold.ts';

/**
 * Which members of a JSON document a dialect wants to see: a name leads to `true`, or to the members looked for inside its
 * object; `[]` stands for every item of an array.
 */
export interface WatchSpec {
  readonly [name: string]: true | WatchSpec;
}

/** One place of a compiled {@link WatchSpec}. */
export interface WatchNode {
  /** Dotted path from the root: `session.model`, `input.[].type`. */
  readonly path: string;
  /** The name as the provider spells it. */
  readonly name: string;
  /** The name without capitals, as a key is compared that has none either. */
  readonly folded: string;
  /** Its bytes, for the comparison that nearly always suffices. */
  readonly bytes: Uint8Array;
  /** By folded name. */
  readonly members: ReadonlyMap<string, WatchNode>;
  /** The same members by the length of their names. */
  readonly byLength: ReadonlyMap<number, readonly WatchNode[]>;
  readonly items: WatchNode | null;
}

/** Compiles what is looked for; done once per dialect. */
export function watch(spec: WatchSpec): WatchNode {
  return compile('', '', spec);
}

function compile(path: string, name: string, spec: true | WatchSpec): WatchNode {
  const members = new Map<string, WatchNode>();
  const byLength = new Map<number, WatchNode[]>();
  let items: WatchNode | null = null;
  for (const [key, inner] of spec === true ? [] : Object.entries(spec)) {
    const node = compile(path === '' ? key : `${path}.${key}`, key, inner);
    if (key === '[]') {
      items = node;
      continue;
    }
    members.set(fold(key), node);
    byLength.set(key.length, [...(byLength.get(key.length) ?? []), node]);
  }
  const folded = fold(name);
  return { path, name, folded, bytes: Buffer.from(folded, 'latin1'), members, byLength, items };
}
