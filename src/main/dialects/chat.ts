import { watch } from '../envelope/watch.ts';
import { openAIError, readBody } from './body.ts';
import { chatBodyReader, ChatStreamReader } from './chat-answer.ts';
import type { Dialect } from './dialect.ts';

const WATCHED = watch({ model: true, service_tier: true, stream: true });

/** OpenAI's Chat Completions protocol. */
export const chat: Dialect = {
  name: 'chat',
  read: (bytes) => readBody(bytes, WATCHED, () => null),
  answerReader: (streamed) => (streamed ? new ChatStreamReader() : chatBodyReader()),
  errorBody: openAIError,
};
