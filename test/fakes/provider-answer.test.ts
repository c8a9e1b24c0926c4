import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import type { AnswerFacts } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';
import { runs } from '../readers/documents.ts';
import {
  type Asked,
  type FakeEvent,
  chatBody,
  chatEvents,
  responseBody,
  responseEvents,
  sseText,
} from './provider-answer.ts';
import type { AnswerScript, FakeUsage } from './provider-script.ts';

/** What a side view has made of an answer. */
interface View {
  readonly facts: Pick<AnswerFacts, 'model' | 'tier' | 'usage'>;
  readonly started: boolean;
  readonly complete: boolean;
}

type Look = (pieces: readonly Buffer[], protocol: 'responses' | 'chat', streamed: boolean) => View;

const look: Look = (pieces, protocol, streamed) => {
  const reader = (protocol === 'chat' ? chat : responses).answerReader(streamed);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  const { model, tier, usage } = reader.facts;
  return { facts: { model, tier, usage }, started: reader.started, complete: reader.complete };
};

/** The side view that was the bug elsewhere: it takes every piece for whole events. */
const pieceByPiece: Look = (pieces, protocol, streamed) => {
  const views = pieces.map((piece) => look([piece], protocol, streamed));
  return views.find(({ complete }) => complete) ?? look([], protocol, streamed);
};

const usages: fc.Arbitrary<FakeUsage> = fc
  .record({ input: fc.nat(), cached: fc.nat(), output: fc.nat(), reasoning: fc.nat() })
  .chain((usage) => fc.option(fc.nat()).map((cacheWrite) => (cacheWrite === null ? usage : { ...usage, cacheWrite })));

const scripts: fc.Arbitrary<AnswerScript> = fc
  .record({
    tier: fc.option(fc.constantFrom('default', 'priority', 'flex')),
    model: fc.constantFrom('gpt-5.5', 'gpt-5.5-2026-08-01'),
    usage: fc.option(usages),
    text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    deltas: fc.integer({ min: 1, max: 6 }),
    lineEnd: fc.constantFrom('\n' as const, '\r\n' as const),
    eventNames: fc.boolean(),
  })
  .map((fields) => ({ kind: 'answer', ...fields }));

const asked: Asked = { model: 'gpt-5.5', tier: 'priority', stream: true, includeUsage: true };

function bytesOf(script: AnswerScript, protocol: 'responses' | 'chat', streamed: boolean): Buffer {
  if (!streamed) return Buffer.from((protocol === 'chat' ? chatBody : responseBody)(script, asked, 1));
  const events: FakeEvent[] = (protocol === 'chat' ? chatEvents : responseEvents)(script, asked, 1);
  return Buffer.from(events.map((event) => sseText(event, script)).join(''));
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}

const reading = (tested: Look): fc.IProperty<[AnswerScript, 'responses' | 'chat', boolean, number[]]> =>
  fc.property(
    scripts,
    fc.constantFrom('responses', 'chat'),
    fc.boolean(),
    fc.array(fc.nat(20_000), { maxLength: 12 }),
    (script, protocol, streamed, places) => {
      const { usage } = script;
      // A Chat stream says what was served in the chunk that carries the usage, and nowhere else.
      const tier = protocol === 'chat' && streamed && usage === null ? null : script.tier;
      expect(tested(cutAt(bytesOf(script, protocol, streamed), places), protocol, streamed)).toMatchObject({
        complete: true,
        started: streamed,
        facts: {
          model: script.model,
          tier,
          usage: {
            input: usage?.input ?? null,
            cached: usage?.cached ?? null,
            cacheWrite: usage?.cacheWrite ?? null,
            cacheWriteHour: null,
            output: usage?.output ?? null,
            reasoning: usage?.reasoning ?? null,
          },
        },
      });
    },
  );

test('a side view reads the same from an answer wherever its bytes are cut', () => {
  expect(fc.check(reading(pieceByPiece), { numRuns: 1000, endOnFailure: true }).failed).toBe(true);
  fc.assert(reading(look), { numRuns: runs(500) });
});
