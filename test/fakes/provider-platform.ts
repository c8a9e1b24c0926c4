/** An answer of one of the provider's smaller endpoints. */
interface PlatformAnswer {
  readonly body: string | Uint8Array;
  readonly type?: string;
}

const json = (value: object): PlatformAnswer => ({ body: JSON.stringify(value) });

const FILE = {
  id: 'file-1',
  object: 'file',
  bytes: 3,
  created_at: 1_790_000_000,
  filename: 'a.jsonl',
  purpose: 'batch',
};
const BATCH = {
  id: 'batch_1',
  object: 'batch',
  endpoint: '/v1/responses',
  input_file_id: 'file-1',
  status: 'validating',
};
const MESSAGE_BATCH = { id: 'msgbatch_1', type: 'message_batch', processing_status: 'in_progress' };
const MODEL = { id: 'gpt-5.5', object: 'model', created: 1_790_000_000, owned_by: 'openai' };

/** What each endpoint says; `{id}` in a path stands for any name. */
const ANSWERS: Readonly<Record<string, PlatformAnswer>> = {
  'POST /v1/embeddings': json({
    object: 'list',
    model: 'text-embedding-3-small',
    data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2] }],
    usage: { prompt_tokens: 7, total_tokens: 7 },
  }),
  'POST /v1/images/generations': json({
    created: 1,
    data: [{ b64_json: 'AAAA' }],
    usage: { input_tokens: 5, output_tokens: 9, total_tokens: 14 },
  }),
  'POST /v1/images/edits': json({ created: 1, data: [{ b64_json: 'AAAA' }] }),
  'POST /v1/images/variations': json({ created: 1, data: [{ b64_json: 'AAAA' }] }),
  'POST /v1/audio/speech': { body: Buffer.from([0xff, 0xf3, 0x44, 0xc4]), type: 'audio/mpeg' },
  'POST /v1/audio/transcriptions': json({
    text: 'hello',
    usage: { type: 'tokens', input_tokens: 14, output_tokens: 3, total_tokens: 17 },
  }),
  'POST /v1/audio/translations': json({ text: 'hello' }),
  'GET /v1/files': json({ object: 'list', data: [FILE] }),
  'POST /v1/files': json(FILE),
  'GET /v1/files/{id}': json(FILE),
  'DELETE /v1/files/{id}': json({ id: 'file-1', object: 'file', deleted: true }),
  'GET /v1/files/{id}/content': { body: '{"custom_id":"1"}\n', type: 'application/jsonl' },
  'GET /v1/batches': json({ object: 'list', data: [BATCH] }),
  'POST /v1/batches': json(BATCH),
  'GET /v1/batches/{id}': json(BATCH),
  'POST /v1/batches/{id}/cancel': json({ ...BATCH, status: 'cancelling' }),
  'POST /v1/messages/count_tokens': json({ input_tokens: 2095 }),
  'POST /v1/messages/batches': json(MESSAGE_BATCH),
  'GET /v1/messages/batches': json({ data: [MESSAGE_BATCH], has_more: false }),
  'GET /v1/messages/batches/{id}': json(MESSAGE_BATCH),
  'DELETE /v1/messages/batches/{id}': json({ id: 'msgbatch_1', type: 'message_batch_deleted' }),
  'POST /v1/messages/batches/{id}/cancel': json({ ...MESSAGE_BATCH, processing_status: 'canceling' }),
  'GET /v1/messages/batches/{id}/results': { body: '{"custom_id":"1"}\n', type: 'application/x-jsonl' },
  'GET /v1/models': json({ object: 'list', data: [MODEL] }),
  'GET /v1/models/{id}': json(MODEL),
};

/** The answer of an endpoint; null for one that the provider does not have. */
export function platformAnswer(route: string): PlatformAnswer | null {
  return ANSWERS[route] ?? ANSWERS[route.replace(/(\/(?:files|batches|models))\/[\w.-]+/, '$1/{id}')] ?? null;
}
