import type { Asked, FakeEvent } from './provider-answer.ts';
import { deltasOf } from './provider-answer.ts';
import { hasText, toolBlockEvents, toolBlocks } from './provider-calls.ts';
import { FAKE_USAGE, type AnswerScript } from './provider-script.ts';

type Json = Record<string, unknown>;

/** A Messages answer in one piece. */
export function messageBody(script: AnswerScript, asked: Asked, serial: number): string {
  return JSON.stringify({
    ...message(script, asked, serial),
    content: [
      ...(hasText(script) ? [{ type: 'text', text: deltasOf(script).join('') }] : []),
      ...toolBlocks(script, serial),
    ],
    stop_reason: stopReason(script),
    usage: { ...inputUsage(script), ...endUsage(script, asked) },
  });
}

/** A Messages answer as events, in the provider's order; `terminal: 'none'` leaves out the last two. */
export function messageEvents(script: AnswerScript, asked: Asked, serial: number): FakeEvent[] {
  const events: Json[] = [
    {
      type: 'message_start',
      message: { ...message(script, asked, serial), usage: { ...inputUsage(script), output_tokens: 1 } },
    },
  ];
  if (hasText(script)) {
    events.push(
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      ...deltasOf(script).map((text) => ({
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text },
      })),
      { type: 'content_block_stop', index: 0 },
    );
  }
  const first = hasText(script) ? 1 : 0;
  events.push(...toolBlocks(script, serial).flatMap((block, at) => toolBlockEvents(block, first + at)));
  if (script.terminal !== 'none') {
    const delta = { stop_reason: stopReason(script), stop_sequence: null };
    events.push({ type: 'message_delta', delta, usage: endUsage(script, asked) }, { type: 'message_stop' });
  }
  return events.map((event) => ({ name: String(event['type']), data: JSON.stringify(event) }));
}

function message({ model }: AnswerScript, asked: Asked, serial: number): Json {
  return {
    id: `msg_${serial.toString(16).padStart(24, '0')}`,
    type: 'message',
    role: 'assistant',
    model: model ?? asked.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
}

function stopReason({ calls }: AnswerScript): string {
  return calls === undefined ? 'end_turn' : 'tool_use';
}

/** Anthropic's input leaves out what came from the cache and went into it. */
function inputUsage({ usage }: AnswerScript): Json {
  if (usage === null) return {};
  const { input, cached, cacheWrite = 0, cacheWriteHour = 0 } = usage ?? FAKE_USAGE;
  return {
    input_tokens: input - cached - cacheWrite,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: cacheWrite,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite - cacheWriteHour,
      ephemeral_1h_input_tokens: cacheWriteHour,
    },
  };
}

function endUsage({ usage, tier }: AnswerScript, asked: Asked): Json {
  if (usage === null) return {};
  const served = tier ?? (asked.tier === 'fast' ? 'fast' : 'standard');
  return { output_tokens: (usage ?? FAKE_USAGE).output, speed: served };
}
