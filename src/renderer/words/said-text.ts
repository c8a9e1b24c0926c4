/** A prompt or answer as it is to be read: one JSON document with a member a line; anything else as it is. */
export function spreadJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** What an answer says in words, of whichever protocol it is; null where no words are found in it. */
export function wordsOfAnswer(answer: string): string | null {
  const whole = parse(answer);
  const said = whole === null ? saidByEvents(answer.split('\n').map(parse)) : saidBy(whole);
  return said === '' ? null : said;
}

type Members = Readonly<Record<string, unknown>>;

/** The deltas of a stream; without any, what its last event holds whole. */
function saidByEvents(events: readonly (Members | null)[]): string {
  const deltas = events.map((event) => (event === null ? '' : deltaOf(event))).join('');
  if (deltas !== '') return deltas;
  return events.reduce<string>((said, event) => {
    const response = event?.['response'];
    return isMembers(response) ? saidBy(response) || said : said;
  }, '');
}

function deltaOf(event: Members): string {
  const { type, delta, choices } = event;
  if (type === 'response.output_text.delta' || type === 'response.refusal.delta') return text(delta);
  if (type === 'content_block_delta' && isMembers(delta)) return text(delta['text']);
  return list(choices)
    .map(({ delta: part }) => (isMembers(part) ? text(part['content']) : ''))
    .join('');
}

function saidBy(answer: Members): string {
  const { output, choices, content, error } = answer;
  if (isMembers(error)) return text(error['message']);
  const parts: readonly Members[] = [
    ...list(output).flatMap((item) => list(item['content'])),
    ...list(content),
    ...list(choices).flatMap(({ message }) =>
      isMembers(message) ? [{ text: message['content'] }, { text: message['refusal'] }] : [],
    ),
  ];
  return parts.map((part) => text(part['text']) || text(part['refusal'])).join('');
}

function parse(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : null;
  } catch {
    return null;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.filter(isMembers) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
