import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Edit, applyEdits, insertMember, removeMembers, replaceValue } from '../../src/main/envelope/edit.ts';
import { type Envelope, MAX_DEPTH, isFault, scan, textOf } from '../../src/main/envelope/scan.ts';
import { watch } from '../../src/main/envelope/watch.ts';
import { damaged } from '../readers/damage.ts';
import { type Document, documents, runs, write } from '../readers/documents.ts';
import { type JsonNode, jsonText } from '../readers/json-text.ts';
import { pythonMissing, withPython } from '../readers/python-reader.ts';
import { REFUSED, type Seen } from '../readers/seen.ts';
import { tiersSeen, tiersSeenHere } from '../readers/tiers-seen.ts';

const PLACES = [['service_tier'], ['response', 'service_tier'], ['input', '[]', 'service_tier']] as const;
const WATCHED = watch({
  service_tier: true,
  model: true,
  response: { service_tier: true },
  input: { '[]': { service_tier: true } },
});

/** Something that claims to read documents as the scanner does. */
interface Reader {
  accepts(bytes: Buffer): boolean;
  /** Every tier the document may be said to name at its top level. */
  tiers(bytes: Buffer): readonly string[];
}

/** Something that claims to edit the tiers of a document; `chosen` picks among them in their order. */
interface Editor {
  remove(bytes: Buffer, chosen: (index: number) => boolean): Buffer;
  replace(bytes: Buffer, value: string, chosen: (index: number) => boolean): Buffer;
  insert(bytes: Buffer, value: string): Buffer;
}

function read(bytes: Buffer): Envelope {
  const envelope = scan(bytes, WATCHED);
  if (isFault(envelope)) throw new Error(`refused: ${envelope.fault} at ${envelope.at}`);
  return envelope;
}

function top(bytes: Buffer): Envelope['occurrences'] {
  return read(bytes).occurrences.filter(({ path }) => path === 'service_tier');
}

const scanner: Reader & Editor = {
  accepts: (bytes) => !isFault(scan(bytes, WATCHED)),
  tiers: (bytes) => top(bytes).flatMap((member) => textOf(bytes, member) ?? []),
  remove: (bytes, chosen) => applyEdits(bytes, removeMembers(top(bytes).filter((_, index) => chosen(index)))),
  replace: (bytes, value, chosen) => {
    const members = top(bytes).filter((_, index) => chosen(index));
    return applyEdits(
      bytes,
      members.map((member): Edit => replaceValue(member, value)),
    );
  },
  insert: (bytes, value) => applyEdits(bytes, [insertMember(read(bytes), 'service_tier', value)]),
};

const FIRST = /"service_tier"\s*:\s*"([^"]*)"/;

/** The reader that was the bug: it looks at the first exact occurrence, edits only that, and lets pass what it cannot read. */
const firstOnly: Reader & Editor = {
  accepts: (bytes) => bytes.includes('{'),
  tiers: (bytes) => FIRST.exec(bytes.toString())?.slice(1, 2) ?? [],
  remove: (bytes) => Buffer.from(bytes.toString().replace(new RegExp(`${FIRST.source},?`), '')),
  replace: (bytes, value) => Buffer.from(bytes.toString().replace(FIRST, `"service_tier":${JSON.stringify(value)}`)),
  insert: (bytes, value) => Buffer.from(bytes.toString().replace('{', `{"service_tier":${JSON.stringify(value)},`)),
};

/** The other classic: read everything into values and write them again. */
const rewriter: Editor = {
  remove: (bytes) => rewritten(bytes, {}),
  replace: (bytes, value) => rewritten(bytes, { service_tier: value }),
  insert: (bytes, value) => rewritten(bytes, { service_tier: value }),
};

function rewritten(bytes: Buffer, tier: object): Buffer {
  const members = Object.entries(JSON.parse(bytes.toString()) as object).filter(([name]) => name !== 'service_tier');
  return Buffer.from(JSON.stringify({ ...Object.fromEntries(members), ...tier }));
}

/** A strict reader that shares nothing with the scanner: Node's decoder and parser, and the documented differences. */
function isStrictObject(bytes: Buffer): boolean {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return false;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) && depthOf(text) <= MAX_DEPTH;
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const bracket of text.replace(/"(?:[^"\\]|\\.)*"/gs, '').replace(/[^[\]{}]/g, '')) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Every string at a place, under any name that folds to the wanted one. */
function stringsAt(node: JsonNode | null, [name, ...deeper]: readonly string[]): string[] {
  if (node === null) return [];
  if (name === undefined) return node.kind === 'string' ? [node.text] : [];
  if (name === '[]') return node.kind === 'array' ? node.items.flatMap((item) => stringsAt(item, deeper)) : [];
  if (node.kind !== 'object') return [];
  return node.members.flatMap(([key, value]) => (folds(key, name) ? stringsAt(value, deeper) : []));
}

/** The tree without the members at a place. */
function without(node: JsonNode, [name, ...deeper]: readonly string[]): JsonNode {
  if (name === '[]' && node.kind === 'array')
    return { kind: 'array', items: node.items.map((item) => without(item, deeper)) };
  if (node.kind !== 'object' || name === undefined) return node;
  const members = node.members.flatMap(([key, value]): [string, JsonNode][] => {
    if (!folds(key, name)) return [[key, value]];
    return deeper.length === 0 ? [] : [[key, without(value, deeper)]];
  });
  return { kind: 'object', members };
}

function folds(key: string, name: string): boolean {
  // C readers end a name at U+0000, others drop lone surrogates.
  const letters = key
    .replace(/\0.*$/s, '')
    .replace(/\p{Cs}/gu, '')
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k');
  return letters.replace(/[\u0130\u0131]/g, 'i').toLowerCase() === name;
}

/** Which members of a written document are tiers, by the letters that were written. */
function tierPlaces({ members }: Document): number[] {
  return members.flatMap(({ name }, index) => (folds(name, 'service_tier') ? [index] : []));
}

/** Walks the edited bytes along the original's own members; the members that are gone take one comma each and blanks, nothing else. */
function lacksOnly(document: Document, edited: Buffer, gone: ReadonlySet<number>): boolean {
  const { bytes, spans, head, tail } = document;
  const open = Buffer.byteLength(head) + 1;
  const close = bytes.length - Buffer.byteLength(tail) - 1;
  let at = open;
  let before = -1;
  const gap = (end: number, original: Buffer | null, commas: number): boolean => {
    const found = edited.subarray(at, end);
    if (original !== null) return found.equals(original);
    return /^[ \t\r\n,]*$/.test(found.toString('latin1')) && found.filter((byte) => byte === 44).length === commas;
  };
  if (!edited.subarray(0, open).equals(bytes.subarray(0, open))) return false;
  for (const [index, { start, end }] of spans.entries()) {
    if (gone.has(index)) continue;
    let here = at;
    while (' \t\r\n,'.includes(String.fromCharCode(edited[here] ?? 0))) here += 1;
    const gapBefore = before === index - 1 ? bytes.subarray(before === -1 ? open : spans[before]?.end, start) : null;
    if (!gap(here, gapBefore, before === -1 ? 0 : 1)) return false;
    at = here + end - start;
    if (!edited.subarray(here, at).equals(bytes.subarray(start, end))) return false;
    before = index;
  }
  const rest = edited.length - Buffer.byteLength(tail) - 1;
  const gapAfter = before === spans.length - 1 ? bytes.subarray(spans[before]?.end ?? open, close) : null;
  return gap(rest, gapAfter, 0) && edited.subarray(rest).equals(bytes.subarray(close));
}

const selection = fc.nat(0xff).map((mask) => (index: number) => (mask >> (index % 8)) % 2 === 1);

const accepting = (reader: Reader): fc.IProperty<[Buffer]> =>
  fc.property(damaged(documents), (bytes) => reader.accepts(bytes) === isStrictObject(bytes));

const finding = (reader: Reader): fc.IProperty<[Document]> =>
  fc.property(documents, ({ bytes, text }) => {
    expect([...reader.tiers(bytes)]).toEqual(stringsAt(jsonText(text), ['service_tier']));
  });

const overlooking = (reader: Reader): fc.IProperty<[Buffer]> =>
  fc.property(damaged(documents), (bytes) => {
    if (reader.accepts(bytes)) expectKnown(reader.tiers(bytes), tiersSeenHere(bytes).values());
  });

const overlookingPython = (reader: Reader): fc.IAsyncProperty<[Buffer]> =>
  fc.asyncProperty(damaged(documents), async (bytes) => {
    if (reader.accepts(bytes)) expectKnown(reader.tiers(bytes), (await tiersSeen(bytes)).values());
  });

/** Readers that repair lone surrogates, or end a text at U+0000, show another text for the same value. */
function expectKnown(tiers: readonly string[], seen: Iterable<Seen>): void {
  const known = new Set(tiers.flatMap((tier) => [tier, tier.toWellFormed(), tier.replace(/\0.*$/s, '')]));
  for (const tier of seen) if (tier !== null && tier !== REFUSED) expect(known).toContain(tier);
}

const removing = (editor: Editor): fc.IProperty<[Document, (index: number) => boolean]> =>
  fc.property(documents, selection, (document, chosen) => {
    const gone = new Set(tierPlaces(document).filter((_, index) => chosen(index)));
    const edited = editor.remove(document.bytes, chosen);
    expect(lacksOnly(document, edited, gone), edited.toString()).toBe(true);
  });

const replacing = (editor: Editor): fc.IProperty<[Document, (index: number) => boolean, string]> =>
  fc.property(documents, selection, fc.string({ unit: 'grapheme' }), (document, chosen, value) => {
    const changed = new Set(tierPlaces(document).filter((_, index) => chosen(index)));
    const members = document.members.map((member, index) =>
      changed.has(index) ? { ...member, valueText: JSON.stringify(value) } : member,
    );
    const expected = write(members, document.head, document.tail).text;
    expect(editor.replace(document.bytes, value, chosen).toString()).toBe(expected);
  });

const inserting = (editor: Editor): fc.IProperty<[Document]> =>
  fc.property(documents, (document) => {
    const last = document.members.at(-1);
    const blank = last?.blanks[3] ?? '';
    const added = {
      name: '',
      nameText: '"service_tier"',
      valueText: '"default"',
      blanks: ['', '', '', blank] as const,
    };
    const kept =
      last === undefined ? [] : [{ ...last, blanks: last.blanks.with(3, '') as unknown as typeof last.blanks }];
    const expected = write([...document.members.slice(0, -1), ...kept, added], document.head, document.tail).text;
    expect(editor.insert(document.bytes, 'default').toString()).toBe(expected);
  });

/** A property that a wrong implementation passes protects nothing. */
function expectCaught<T>(property: fc.IProperty<T>): void {
  expect(fc.check(property, { numRuns: 3000, endOnFailure: true }).failed).toBe(true);
}

describe('the scanner', () => {
  test('accepts exactly what a strict reader accepts', () => {
    expectCaught(accepting(firstOnly));
    fc.assert(accepting(scanner), { numRuns: runs(1500) });
  });

  test('finds every tier at the top level, whatever the spelling of its name, and no other', () => {
    expectCaught(finding(firstOnly));
    fc.assert(finding(scanner), { numRuns: runs(1000) });
  });

  test('finds nested tiers where it was told to look', () => {
    fc.assert(
      fc.property(documents, ({ bytes, text }) => {
        for (const place of PLACES) {
          const found = read(bytes).occurrences.filter(({ path }) => path === place.join('.'));
          expect(found.flatMap((member) => textOf(bytes, member) ?? [])).toEqual(stringsAt(jsonText(text), place));
        }
      }),
      { numRuns: runs(500) },
    );
  });

  test('overlooks no tier that any reader sees', () => {
    expectCaught(overlooking(firstOnly));
    fc.assert(overlooking(scanner), { numRuns: runs(1500) });
  });

  test.skipIf(pythonMissing !== null)(withPython('overlooks no tier that Python sees'), async () => {
    const caught = await fc.check(overlookingPython(firstOnly), { numRuns: 3000, endOnFailure: true });
    expect(caught.failed).toBe(true);
    await fc.assert(overlookingPython(scanner), { numRuns: runs(500) });
  });
});

describe('an edit', () => {
  test('that removes tiers changes no other byte', () => {
    expectCaught(removing(firstOnly));
    expectCaught(removing(rewriter));
    fc.assert(removing(scanner), { numRuns: runs(1500) });
  });

  test('that replaces tiers changes no other byte', () => {
    expectCaught(replacing(firstOnly));
    expectCaught(replacing(rewriter));
    fc.assert(replacing(scanner), { numRuns: runs(700) });
  });

  test('that inserts a tier changes no other byte', () => {
    expectCaught(inserting(firstOnly));
    expectCaught(inserting(rewriter));
    fc.assert(inserting(scanner), { numRuns: runs(700) });
  });

  test('of all nested places at once leaves the rest of the document as it was', () => {
    fc.assert(
      fc.property(documents, ({ bytes, text }) => {
        const edited = applyEdits(
          bytes,
          removeMembers(read(bytes).occurrences.filter(({ path }) => path.endsWith('service_tier'))),
        );
        const tree = jsonText(text);
        if (tree === null) throw new Error('the document is broken');
        expect(jsonText(edited.toString())).toEqual(
          PLACES.reduce<JsonNode>((rest, place) => without(rest, place), tree),
        );
      }),
      { numRuns: runs(700) },
    );
  });
});
