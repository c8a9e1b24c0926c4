import { watch } from '../envelope/watch.ts';
import { openAIBody, openAIError, openAIErrorEvent, readBody } from './body.ts';
import { usageEdits } from './chat-usage.ts';
import { chatBodyReader, ChatStreamReader } from './chat-answer.ts';
import type { Dialect } from './dialect.ts';
import { TIER_MEMBERS } from './tier-places.ts';

const BODY = openAIBody(
  watch({ model: true, ...TIER_MEMBERS, stream: true, stream_options: { include_usage: true } }),
  { additions: usageEdits },
);

/** OpenAI's Chat Completions protocol. */
export const chat: Dialect = {
  name: 'chat',
  read: (bytes) => readBody(bytes, BODY),
  answerReader: (streamed) => (streamed ? new ChatStreamReader() : chatBodyReader()),
  errorBody: openAIError,
  errorEvent: openAIErrorEvent,
};
