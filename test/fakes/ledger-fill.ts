import { Ledger } from '../../src/main/ledger/ledger.ts';
import type { NewTurn } from '../../src/shared/turn.ts';
import { sampleTurn, type TurnSample } from './turn-sample.ts';

/** Picodollars a token, read and written, of the models that the made-up tools use. */
const MODELS: readonly { readonly name: string; readonly input: number; readonly output: number }[] = [
  { name: 'gpt-5.5', input: 5_000_000, output: 30_000_000 },
  { name: 'gpt-5.4-mini', input: 250_000, output: 2_000_000 },
  { name: 'gpt-6-sol', input: 2_000_000, output: 8_000_000 },
];
const TOOLS = ['codex', 'codex', 'codex', 'cursor', 'nightly-eval', 'scripts', 'review-bot'] as const;

/** What a turn's price is multiplied with. */
const FACTORS: Readonly<Record<string, number>> = { flex: 0.5, default: 1, priority: 2, ultrafast: 6 };

/** Numbers that look like chance and are the same in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One believable turn: what it asked for, what the policy made of that, and what it cost. */
function believable(number: number, startedAt: number, random: () => number): NewTurn {
  const tool = TOOLS[Math.floor(random() * TOOLS.length)] ?? 'codex';
  const model = MODELS[tool === 'nightly-eval' ? 1 : random() < 0.7 ? 0 : 2] ?? {
    name: 'gpt-5.5',
    input: 5,
    output: 30,
  };
  const requested =
    tool === 'nightly-eval' ? 'flex' : tool === 'scripts' ? null : random() < 0.8 ? 'priority' : 'ultrafast';
  const blocked = requested === 'ultrafast';
  const passed = requested === 'priority' && tool === 'review-bot';
  const sent = blocked ? null : requested === null || passed || requested === 'flex' ? requested : 'default';
  const failed = !blocked && random() < 0.015;
  const billed = blocked || failed ? null : (sent ?? 'default');
  const input = Math.round(2000 + random() * 42_000);
  const cached = Math.round(input * random() * 0.8);
  const output = Math.round(80 + random() * 2400);
  const factor = FACTORS[billed ?? 'default'] ?? 1;
  const cost = {
    input: Math.round((input - cached) * model.input * factor),
    cached: Math.round(cached * (model.input / 10) * factor),
    cacheWrite: 0,
    cacheWriteHour: 0,
    output: Math.round(output * model.output * factor),
  };
  const total = cost.input + cost.cached + cost.output;
  const ran = billed !== null;
  const first = 320 + random() * 1800;
  const sample: TurnSample = {
    id: `turn-${String(number).padStart(8, '0')}`,
    startedAt,
    sentAt: blocked ? null : startedAt + 2 + Math.round(random() * 20),
    firstTokenAt: ran ? startedAt + Math.round(first) : null,
    endedAt: startedAt + (ran ? Math.round(first + output * (6 + random() * 8)) : 40),
    tool,
    session: `session-${Math.floor(number / 9)}`,
    account: 'openai',
    transport: tool === 'codex' ? 'websocket' : 'http',
    models: { requested: model.name, upstream: model.name, served: ran ? model.name : null },
    tiers: { requested, sent, served: billed, billed },
    servedTrust: ran ? 'authoritative' : null,
    verdict: blocked ? 'block' : requested === 'priority' && !passed ? 'filter' : 'pass',
    rule: blocked ? 'no-ultrafast' : requested === 'priority' ? (passed ? 'reviews-may-hurry' : 'no-fast') : null,
    tokens: ran
      ? { input, cached, cacheWrite: 0, cacheWriteHour: 0, output, reasoning: Math.round(output * 0.4) }
      : { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, reasoning: null },
    cost: ran
      ? { ...cost, total }
      : { input: null, cached: null, cacheWrite: null, cacheWriteHour: null, output: null, total: null },
    costBasis: ran ? 'money' : null,
    saved: ran && requested === 'priority' && !passed ? total : null,
    premium: ran && passed ? total / 2 : null,
    priceVersion: ran ? '2026-11-20' : null,
    status: blocked ? 403 : failed ? 502 : 200,
    error: blocked ? 'policy_violation' : failed ? 'upstream_502' : null,
    attempts: [],
  };
  return sampleTurn(1, sample);
}

/** Writes turns into a data folder's ledger, spread over the days before `until`, most of them by day. */
export async function fillLedger(home: string, count: number, until: number, days = 30): Promise<void> {
  const { ledger } = Ledger.open(home, { onCheckpointDue: () => undefined, onTrouble: () => undefined }, () => until);
  const random = chance(7);
  const from = until - days * 86_400_000;
  const times: number[] = [];
  while (times.length < count) {
    const time = Math.round(from + random() * (until - 60_000 - from));
    // Days of rest are quieter, and no two days are alike.
    const day = new Date(time).getUTCDay();
    const busy = (day === 0 || day === 6 ? 0.25 : 0.7) + 0.3 * Math.abs(Math.sin(Math.floor(time / 86_400_000)));
    if (random() < busy) times.push(time);
  }
  times.sort((a, b) => a - b);
  let waiting = 0;
  for (const [index, startedAt] of times.entries()) {
    waiting += 1;
    ledger.recordSoon(believable(index + 1, startedAt, random), () => {
      waiting -= 1;
    });
    if (waiting >= 2000) await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setImmediate(resolve));
  ledger.close();
}
