import type { Meter } from '@opentelemetry/api';
import { type Turn, isUnpriced } from '../../shared/turn.ts';
import { type Facts, type FindAccount, attemptsOf, dollars, operationAttributes } from './turn-attributes.ts';

/** The conventions' own bounds. */
const TOKEN_BOUNDS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const SECOND_BOUNDS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);

/** Output tokens a second: slow reasoning models to the fastest tiers. */
const RATE_BOUNDS = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000];

/** What the gateway can be asked at any moment. */
export interface GatewayFigures {
  readonly openTurns: number;
  readonly lostRows: number;
  /** Requests that never reached the door, by error code. */
  readonly refused: ReadonlyMap<string, number>;
  /** Turns whose spans were thrown away. */
  readonly dropped: number;
}

/** Makes the instruments, and returns what counts one turn. */
export function turnMetrics(meter: Meter, account: FindAccount, figures: () => GatewayFigures): (turn: Turn) => void {
  const usage = meter.createHistogram('gen_ai.client.token.usage', {
    description: 'Number of input and output tokens used.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKEN_BOUNDS },
  });
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECOND_BOUNDS } });
  const duration = seconds('gen_ai.client.operation.duration', 'GenAI operation duration.');
  const firstChunk = seconds('gen_ai.client.operation.time_to_first_chunk', 'Time to receive the first chunk.');
  const attemptTime = seconds('tiergate.attempt.duration', 'How long each try took, by account and key.');
  const rate = meter.createHistogram('tiergate.output.rate', {
    description: 'Output tokens a second of generating.',
    unit: '{token}/s',
    advice: { explicitBucketBoundaries: RATE_BOUNDS },
  });
  const turns = meter.createCounter('tiergate.turns', {
    description: 'Turns, by what was asked and what became of it.',
  });
  const tokens = meter.createCounter('tiergate.tokens', {
    description: 'Tokens by kind; cached and written ones are input too.',
  });
  const cost = meter.createCounter('tiergate.cost.usd', { description: 'Money spent, as far as prices are known.' });
  const credits = meter.createCounter('tiergate.credits.usd', { description: 'What plan usage would have cost.' });
  const saved = meter.createUpDownCounter('tiergate.saved.usd', { description: 'Money that the policy spared.' });
  const premium = meter.createUpDownCounter('tiergate.premium.usd', { description: 'Money paid for dearer tiers.' });
  const unpriced = meter.createCounter('tiergate.turns.unpriced', { description: 'Turns whose price is not known.' });
  observe(meter, figures);

  return (turn) => {
    const facts = turn.account === null ? null : account(turn.account);
    const operation = operationAttributes(turn, facts);
    const who: Facts = {
      'tiergate.tool': turn.tool,
      'tiergate.account': turn.account ?? 'none',
      'gen_ai.request.model': operation['gen_ai.request.model'] ?? 'unknown',
      'tiergate.tier.billed': turn.tiers.billed ?? 'unknown',
    };
    const { input, output } = turn.tokens;
    if (input !== null) usage.record(input, { ...operation, 'gen_ai.token.type': 'input' });
    if (output !== null) usage.record(output, { ...operation, 'gen_ai.token.type': 'output' });
    duration.record((turn.endedAt - turn.startedAt) / 1000, operation);
    if (turn.streamed && turn.firstTokenAt !== null)
      firstChunk.record((turn.firstTokenAt - (turn.sentAt ?? turn.startedAt)) / 1000, operation);
    turns.add(1, { ...who, ...fates(turn) });
    for (const [type, count] of kindsOf(turn)) tokens.add(count, { ...who, 'tiergate.token.type': type });
    if (turn.cost.total !== null) (turn.costBasis === 'credits' ? credits : cost).add(dollars(turn.cost.total), who);
    if (turn.saved !== null && turn.costBasis === 'money') saved.add(dollars(turn.saved), who);
    if (turn.premium !== null && turn.costBasis === 'money') premium.add(dollars(turn.premium), who);
    if (isUnpriced(turn)) unpriced.add(1, who);
    if (output !== null && turn.firstTokenAt !== null && turn.endedAt > turn.firstTokenAt)
      rate.record((output * 1000) / (turn.endedAt - turn.firstTokenAt), who);
    attemptsOf(turn).forEach((attempt, index, all) => {
      attemptTime.record(((all[index + 1]?.startedAt ?? turn.endedAt) - attempt.startedAt) / 1000, {
        'tiergate.account': attempt.account,
        'tiergate.key.fingerprint': attempt.keyFingerprint ?? 'none',
        'http.response.status_code': attempt.status ?? 0,
      });
    });
  };
}

/** What was asked for, and what became of it. */
function fates({ tiers, verdict, status, error, partial }: Turn): Facts {
  return {
    'tiergate.tier.requested': tiers.requested ?? 'none',
    'tiergate.tier.sent': tiers.sent ?? 'none',
    'tiergate.tier.served': tiers.served ?? 'unknown',
    'tiergate.verdict': verdict ?? 'none',
    'tiergate.outcome':
      verdict === 'block' ? 'blocked' : partial ? 'partial' : error !== null || (status ?? 0) >= 400 ? 'failed' : 'ok',
  };
}

function kindsOf({ tokens }: Turn): [string, number][] {
  const { input, cached, cacheWrite, cacheWriteHour, output, reasoning } = tokens;
  const kinds = { input, cached, cache_write: cacheWrite, cache_write_1h: cacheWriteHour, output, reasoning };
  return Object.entries(kinds).filter((entry): entry is [string, number] => entry[1] !== null);
}

function observe(meter: Meter, figures: () => GatewayFigures): void {
  meter
    .createObservableGauge('tiergate.turns.open', { description: 'Turns that are under way.' })
    .addCallback((result) => {
      result.observe(figures().openTurns);
    });
  meter
    .createObservableCounter('tiergate.rows.lost', { description: 'Turns that could not be recorded.' })
    .addCallback((result) => {
      result.observe(figures().lostRows);
    });
  meter
    .createObservableCounter('tiergate.spans.dropped', { description: 'Turns whose spans were thrown away.' })
    .addCallback((result) => {
      result.observe(figures().dropped);
    });
  meter
    .createObservableCounter('tiergate.requests.refused', { description: 'Requests that never reached the door.' })
    .addCallback((result) => {
      for (const [code, count] of figures().refused) result.observe(count, { 'error.type': code });
    });
}
