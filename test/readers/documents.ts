import fc from 'fast-check';

/** One member as it stands in the text. */
export interface WrittenMember {
  readonly name: string;
  /** The name's JSON string. */
  readonly nameText: string;
  readonly valueText: string;
  /** Blanks before the name, after it, after the colon, and after the value. */
  readonly blanks: readonly [string, string, string, string];
}

/** A JSON object as text, with every member's place known from having written it. */
export interface Document {
  readonly members: readonly WrittenMember[];
  /** Blanks before and after the object. */
  readonly head: string;
  readonly tail: string;
  readonly text: string;
  readonly bytes: Buffer;
  /** Byte offsets of each member, from its opening quote to the end of its value. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

/** How often properties run; `FAST_CHECK_RUNS` sets another number for deep runs. */
export function runs(usual: number): number {
  const wanted = Number(process.env['FAST_CHECK_RUNS'] ?? '');
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : usual;
}

/** Spellings of tiers, honest and odd. */
export const TIER_TEXTS: readonly string[] = [
  ...['priority', 'fast', 'flex', 'default', 'auto', 'scale', 'ultrafast', 'turbo', '', '  '],
  ...['Fast', 'PRIORITY', ' priority', 'fast\n', '\tFAST ', '\u00a0flex', 'Ultrafast', 'priority,flex', 'prioritx'],
  ...['fa\u017ft', 'pr\u0130ority', 'ultrafa\u017ft', '\ufefffast', '\u0085priority', '\u2003Scale'],
  ...['\u001cpriority\u001f', '\u0001priority', 'flex\b', 'priority\0', 'fast\0x', 'turbo\0'],
];

/** Names that are watched, look like it, or trip readers. */
const NAMES: readonly string[] = [
  ...['service_tier', 'model', 'stream', 'previous_response_id', 'response', 'session', 'input', 'speed', 'type'],
  ...['service_tie', 'service_tiers', ' service_tier', 'service-tier', 'serviceTier'],
  ...['__proto__', 'constructor', '', 'K'],
  ...['service_tier\0', 'service_tier\0x', 'service_\udc00tier'],
];

const FOLDS: Readonly<Record<string, readonly string[]>> = {
  s: ['S', '\u017f'],
  k: ['K', '\u212a'],
  i: ['I', '\u0130', '\u0131'],
};

const blank = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constant(' ') },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(' ', '\t', '\r', '\n'), maxLength: 3 }) },
);

/** The text as a JSON string with some of its letters escaped; the mask says which. */
function quoted(text: string): fc.Arbitrary<string> {
  const mask = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) });
  return fc.tuple(mask, fc.boolean()).map(([bits, upper]) => {
    const letters = Array.from(text, (letter, index) => {
      const must = letter < ' ' || letter === '"' || letter === '\\' || !letter.isWellFormed();
      return must || (bits >> (index % 16)) % 2 === 1 ? escaped(letter, upper) : letter;
    });
    return `"${letters.join('')}"`;
  });
}

function escaped(letter: string, upper: boolean): string {
  if (letter === '\n') return upper ? '\\n' : '\\u000a';
  const units = Array.from({ length: letter.length }, (_, at) => letter.charCodeAt(at).toString(16).padStart(4, '0'));
  return units.map((unit) => `\\u${upper ? unit.toUpperCase() : unit}`).join('');
}

/** The name in other letters that fold to the same. */
function refolded(name: string): fc.Arbitrary<string> {
  return fc.array(fc.nat(5), { minLength: name.length, maxLength: name.length }).map((choices) =>
    Array.from(name, (letter, index) => {
      const others = FOLDS[letter] ?? [letter.toUpperCase()];
      return others[(choices[index] ?? 9) - 1] ?? letter;
    }).join(''),
  );
}

/** Any text, control characters and lone surrogates included. */
const anyText = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('\ud83d\ude00', '\ud800', '\udc00x', '}', '{"service_tier":"priority"}', '\\', '"'),
);

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constant('service_tier') },
  { weight: 2, arbitrary: refolded('service_tier') },
  { weight: 3, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: anyText },
);

const tierValue = fc.constantFrom(...TIER_TEXTS).chain(quoted);
const scalar = fc.oneof(
  { weight: 2, arbitrary: tierValue },
  { weight: 1, arbitrary: anyText.chain(quoted) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0', '-0', '12345678901234567890', '1E400', '-1.5e-7', '0.10', 'true', 'false', 'null'),
  },
);

const { value } = fc.letrec<{ value: string; member: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: list('[', tie('value'), ']') },
    { weight: 1, arbitrary: list('{', tie('member'), '}') },
  ),
  member: fc.tuple(name.chain(quoted), blank, tie('value')).map(([key, gap, inner]) => `${key}${gap}:${gap}${inner}`),
}));

function list(open: string, item: fc.Arbitrary<string>, close: string): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(item, { maxLength: 3 }), blank)
    .map(([items, gap]) => `${open}${gap}${items.join(`${gap},${gap}`)}${gap}${close}`);
}

/** One member; a service tier more often than not has a tier for its value. */
const member: fc.Arbitrary<WrittenMember> = name.chain((said) =>
  fc
    .record({
      nameText: quoted(said),
      valueText: /tier/i.test(said)
        ? fc.oneof({ weight: 3, arbitrary: tierValue }, { weight: 1, arbitrary: value })
        : value,
      blanks: fc.tuple(blank, blank, blank, blank),
    })
    .map((rest) => ({ name: said, ...rest })),
);

/** Valid JSON objects, duplicate and odd names and all. */
export const documents: fc.Arbitrary<Document> = fc
  .tuple(fc.array(member, { maxLength: 5 }), blank, blank)
  .map(([members, head, tail]) => write(members, head, tail));

/** One tier said once, or several times in the same words with other escapes; now and then it is no string. */
const sameTier: fc.Arbitrary<WrittenMember[]> = fc
  .oneof(
    { weight: 5, arbitrary: fc.constantFrom(...TIER_TEXTS).map(quoted) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('null', '0', '["priority"]', '{}', 'true').map((text) => fc.constant(text)),
    },
  )
  .chain((valueText) =>
    fc.array(
      fc
        .record({ nameText: quoted('service_tier'), valueText, blanks: fc.tuple(blank, blank, blank, blank) })
        .map((rest) => ({ name: 'service_tier', ...rest })),
      { minLength: 1, maxLength: 3 },
    ),
  );

const plainModel: fc.Arbitrary<WrittenMember> = fc
  .constantFrom('gpt-5.5', 'gpt-5.5-fast', 'o9')
  .map((model) => ({ name: 'model', nameText: '"model"', valueText: JSON.stringify(model), blanks: ['', '', '', ''] }));

/** Objects that a request route would look at: one plain model, then tiers that agree with each other or do not, and whatever else. */
export const requests: fc.Arbitrary<Document> = fc
  .tuple(
    fc.array(member, { maxLength: 4 }),
    fc.option(sameTier),
    plainModel,
    fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
    blank,
    blank,
  )
  .map(([members, agreed, model, places, head, tail]) => {
    const refused =
      agreed === null ? /^(model|stream|previous_response_id)$/i : /^(model|stream|previous_response_id|.*tier)$/i;
    const ordered = members.filter(({ name: one }) => !refused.test(one));
    [model, ...(agreed ?? [])].forEach((one, index) => ordered.splice(places[index] ?? 0, 0, one));
    return write(ordered, head, tail);
  });

/** Writes members down and notes where they stand. */
export function write(members: readonly WrittenMember[], head: string, tail: string): Document {
  const spans: { start: number; end: number }[] = [];
  let text = `${head}{`;
  members.forEach(({ nameText, valueText, blanks: [before, afterName, afterColon, after] }, index) => {
    text += (index === 0 ? '' : ',') + before;
    const start = Buffer.byteLength(text);
    text += `${nameText}${afterName}:${afterColon}${valueText}`;
    spans.push({ start, end: Buffer.byteLength(text) });
    text += after;
  });
  text += `}${tail}`;
  return { members, head, tail, text, bytes: Buffer.from(text), spans };
}
