import type { TierSaid } from '../../shared/tier.ts';
import { type Envelope, type Occurrence, textOf } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import { type BodySpec, NOTHING, readBody } from './body.ts';
import type { Dialect, TierPlace } from './dialect.ts';
import { anthropicError, anthropicErrorEvent } from './messages-error.ts';
import { messagesBodyReader, MessagesStreamReader } from './messages-answer.ts';
import { groupsAt, tierSaid } from './member.ts';
import { TIER_MEMBERS, optionPlaces, speedSaid } from './tier-places.ts';

const ATTEMPT = { model: true, speed: true } as const;
const REQUEST = {
  model: true,
  ...TIER_MEMBERS,
  stream: true,
  fallbacks: { '[]': ATTEMPT, ...ATTEMPT },
} as const;

/** The places of one request where a tier can be named, and those that name a model. */
const PLACES = ['speed', 'service_tier', 'fallbacks.[].speed', 'fallbacks.speed'] as const;
const OTHER_MODELS = ['fallbacks.[].model', 'fallbacks.model'] as const;
const POLICED = ['model', 'stream', 'fallbacks', ...PLACES, ...OTHER_MODELS] as const;

const BODY: BodySpec = {
  watched: watch(REQUEST),
  policed: POLICED,
  tiers: (bytes, envelope) => [
    ...PLACES.flatMap((path) => placesAt(bytes, envelope, path, path.startsWith('fallbacks') ? 'fallbacks' : '')),
    ...optionPlaces(bytes, envelope),
  ],
  spells: 'speed',
  otherModels: OTHER_MODELS,
  modelRequired: true,
  additions: NOTHING,
  check: () => null,
};

const IN_BATCH = 'requests.[].params';
const inBatch = (path: string): string => `${IN_BATCH}.${path}`;

/** A batch holds whole requests, each with a model and a speed of its own; nothing is written where nothing stood. */
const BATCH: BodySpec = {
  watched: watch({ requests: { '[]': { params: REQUEST } }, ...ATTEMPT, service_tier: true }),
  policed: ['requests', 'requests.[].params', 'speed', 'service_tier', ...POLICED.map(inBatch)],
  tiers: (bytes, envelope) => [
    ...PLACES.slice(0, 2).flatMap((path) => placesAt(bytes, envelope, path, '')),
    ...PLACES.flatMap((path) =>
      placesAt(bytes, envelope, inBatch(path), path.startsWith('fallbacks') ? inBatch('fallbacks') : IN_BATCH),
    ),
    ...optionPlaces(bytes, envelope, `${IN_BATCH}.`),
  ],
  spells: null,
  otherModels: ['model', ...OTHER_MODELS].map(inBatch),
  modelRequired: false,
  additions: NOTHING,
  check: () => null,
};

/** Anthropic's Messages protocol; counting tokens asks with the same body. */
export const messages: Dialect = {
  name: 'messages',
  read: (bytes) => readBody(bytes, BODY),
  answerReader: (streamed) => (streamed ? new MessagesStreamReader() : messagesBodyReader()),
  errorBody: anthropicError,
  errorEvent: anthropicErrorEvent,
};

/** Many Messages requests in one body, answered later. */
export const messageBatches: Dialect = { ...messages, read: (bytes) => readBody(bytes, BATCH) };

/** The tiers said at a path, one place for each object; the model is the one named in the same object, if that is `about`. */
function placesAt(bytes: Buffer, envelope: Envelope, path: string, about: string): TierPlace[] {
  const spelling = path.endsWith('service_tier') ? 'service_tier' : 'speed';
  const groups = groupsAt(envelope, path);
  const models = about === '' || groups.length === 0 ? null : modelsOf(envelope);
  return groups.flatMap((members): TierPlace[] => {
    const [member] = members;
    if (member === undefined) return [];
    const said = spelling === 'speed' ? speedSaid(bytes, member) : serviceTierSaid(bytes, member);
    return said === null
      ? []
      : [{ said, spelling, own: spelling === 'speed', model: modelBeside(bytes, models, member), members }];
  });
}

/** The first model of each object; gathered once, since a batch may have a million objects. */
function modelsOf({ occurrences }: Envelope): ReadonlyMap<number, Occurrence> {
  const models = new Map<number, Occurrence>();
  for (const one of occurrences)
    if (one.path.endsWith('model') && !models.has(one.objectStart)) models.set(one.objectStart, one);
  return models;
}

function modelBeside(
  bytes: Buffer,
  models: ReadonlyMap<number, Occurrence> | null,
  { objectStart }: Occurrence,
): string | null {
  const model = models?.get(objectStart);
  return model === undefined ? null : textOf(bytes, model);
}

/** Anthropic's own two values are about capacity that was bought before, and no tier; any other value is a wish for one. */
function serviceTierSaid(bytes: Buffer, member: Occurrence): TierSaid | null {
  const text = textOf(bytes, member);
  return text === 'auto' || text === 'standard_only' ? null : tierSaid(bytes, member);
}
