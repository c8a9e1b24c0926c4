import { type GatewayError, gatewayError } from '../../shared/errors.ts';
import { trimSpace } from '../../shared/fold.ts';
import type { Envelope } from '../envelope/scan.ts';
import { watch } from '../envelope/watch.ts';
import { openAIBody, openAIError, readBody } from './body.ts';
import type { Dialect } from './dialect.ts';
import { checkFunctionCalls } from './function-calls.ts';
import { membersAt, textAt } from './member.ts';
import { responsesBodyReader, ResponsesStreamReader } from './responses-answer.ts';
import { TIER_MEMBERS } from './tier-places.ts';

const BODY = openAIBody(
  watch({
    model: true,
    ...TIER_MEMBERS,
    stream: true,
    previous_response_id: true,
    conversation: true,
    prompt_cache_key: true,
    input: { '[]': { type: true, call_id: true, id: true } },
  }),
  { check: checkRequest },
);

/** Ids of messages and items, which people mistake for the id of a response (spec B.2). */
const MESSAGE_ID = /^(msg|message|item|chatcmpl)_[a-z0-9_-]{1,256}$/;

/** OpenAI's Responses protocol over HTTP. */
export const responses: Dialect = {
  name: 'responses',
  read: (bytes) => readBody(bytes, BODY),
  answerReader: (streamed) => (streamed ? new ResponsesStreamReader() : responsesBodyReader()),
  errorBody: openAIError,
  errorEvent: failedEvent,
};

/** Codex looks at no bare error event, but at a response that failed. */
function failedEvent({ code, message }: GatewayError): string {
  const response = { object: 'response', status: 'failed', error: { code, message }, output: [] };
  return `event: response.failed\ndata: ${JSON.stringify({ type: 'response.failed', response })}\n\n`;
}

/** True for the id of a message or an item where the id of a response belongs. */
export function isMessageId(id: string): boolean {
  return MESSAGE_ID.test(trimSpace(id).toLowerCase());
}

function checkRequest(bytes: Buffer, envelope: Envelope): GatewayError | null {
  const previous = trimSpace(textAt(bytes, membersAt(envelope, 'previous_response_id')) ?? '');
  if (isMessageId(previous)) return gatewayError('previous_response_id_invalid');
  // A conversation holds its calls upstream, as a previous response does.
  const [conversation] = membersAt(envelope, 'conversation');
  const continues = previous !== '' || (conversation !== undefined && conversation.kind !== 'null');
  return checkFunctionCalls(bytes, envelope, continues);
}
