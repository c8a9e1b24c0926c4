import { describe, expect, test } from 'vitest';
import { pythonMissing, withPython } from './python-reader.ts';
import { REFUSED, type Seen } from './seen.ts';
import { type ReaderName, tiersSeen, tiersSeenHere } from './tiers-seen.ts';

type Row = [name: string, document: string | Uint8Array, seen: string];

const NAMES: readonly ReaderName[] = ['node', 'go', 'gjson', 'cjson', 'strict', 'python', 'python-first'];

/** One letter per reader, in the order of {@link NAMES}. */
const LETTERS: Readonly<Record<string, Seen>> = { P: 'priority', F: 'flex', z: 'priority\0', '-': null, x: REFUSED };

const tier = '{"service_tier":"priority"}';
const deep = `${'['.repeat(9000)}${']'.repeat(9000)}`;

/** What the real libraries were seen to do; a reader that strays from it proves nothing. */
const rows: Row[] = [
  ['one member', tier, 'PPPPPPP'],
  ['twice, dearer last', '{"service_tier":"flex","service_tier":"priority"}', 'PPFFxPF'],
  ['null last', '{"service_tier":"priority","service_tier":null}', '-PPPx-P'],
  ['null first', '{"service_tier":null,"service_tier":"priority"}', 'PP--xP-'],
  ['a number first', '{"service_tier":1,"service_tier":"priority"}', 'Px--xP-'],
  ['another letter case', '{"Service_Tier":"priority"}', '-P-P---'],
  ['a long s', '{"\u017fervice_tier":"priority"}', '-P-----'],
  ['escaped', String.raw`{"\u0073ervice_tier":"pri\u006frity"}`, 'PPPPPPP'],
  ['junk before', `junk ${tier}`, 'xxPxxxx'],
  ['junk after', `${tier} junk`, 'xPPPxxx'],
  ['no end', tier.slice(0, -1), 'xxPxxxx'],
  ['no colon', '{"service_tier" "priority"}', 'xxPxxxx'],
  ['a comment', '{/* tier */"service_tier":"priority"}', 'xxPxxxx'],
  ['NaN', '{"a":NaN,"service_tier":"priority"}', 'xxPxxPP'],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${tier}`), 'PxPPxPP'],
  ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${tier}`, 'utf16le'), 'xx-xxPP'],
  ['UTF-16 without one', Buffer.from(tier, 'utf16le'), 'xx-xxPP'],
  ['broken UTF-8', Buffer.from('{"a":"\xff","service_tier":"priority"}', 'latin1'), 'PPPPxxx'],
  ['a lone surrogate', String.raw`{"a":"\ud800","service_tier":"priority"}`, 'PPPPxPP'],
  ['a number too large', '{"a":1E400,"service_tier":"priority"}', 'PPPPPPP'],
  ['nested', '{"a":{"service_tier":"priority"}}', '-------'],
  ['an array', '["service_tier","priority"]', '-x--x--'],
  ['brackets in strings', String.raw`{"a":[{"b":"}"}],"c":{"d":"\""},"service_tier":"flex"}`, 'FFFFFFF'],
  ['a name with U+0000 in it', String.raw`{"service_tier\u0000x":"priority"}`, '---P---'],
  ['a value with U+0000 in it', String.raw`{"service_tier":"priority\u0000"}`, 'zzzPzzz'],
  ['deep nesting', `{"a":${deep},"service_tier":"flex"}`, 'FFFxFxx'],
];

function rowOf(letters: string): [ReaderName, Seen | undefined][] {
  return NAMES.map((name, index) => [name, LETTERS[letters.charAt(index)]]);
}

describe('readers', () => {
  test.for(rows)('%s', ([, document, letters]) => {
    expect([...tiersSeenHere(Buffer.from(document))]).toEqual(rowOf(letters).slice(0, 5));
  });

  test.skipIf(pythonMissing !== null).for(rows)(withPython('Python: %s'), async ([, document, letters]) => {
    expect([...(await tiersSeen(Buffer.from(document)))]).toEqual(rowOf(letters));
  });

  test.skipIf(pythonMissing !== null)(
    withPython('equal objects: some readers merge them, others take one'),
    async () => {
      const twice = Buffer.from('{"response":{"service_tier":"priority"},"response":{"other":1}}');
      expect([...(await tiersSeen(twice, ['response', 'service_tier']))]).toEqual(rowOf('-PPPx-P'));
    },
  );
});
