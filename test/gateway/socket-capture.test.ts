import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallOutput } from '../../src/shared/control.ts';
import { type SocketLab, startSocketLab } from './socket-lab.ts';

/** What is kept of a session's turns. */
let lab: SocketLab;

beforeAll(async () => {
  lab = await startSocketLab({ settings: { capture: { enabled: true } } });
});
afterAll(() => lab.close());

async function kept(turn: string): Promise<CallOutput<'capture.get'>> {
  let found: CallOutput<'capture.get'> = { prompt: null, answer: null, cut: false };
  await expect
    .poll(async () => {
      found = await lab.gateway.client.call('capture.get', { turn });
      return found.prompt;
    })
    .not.toBeNull();
  return found;
}

function events(answer: string | null): { type: string; response?: { id: string } }[] {
  return (answer ?? '').split('\n').map((line) => JSON.parse(line) as { type: string; response?: { id: string } });
}

test('each turn of a session is kept with its own frame and its own events', async () => {
  const tool = await lab.open();
  await tool.turn({ instructions: 'the first' });
  await tool.turn({ instructions: 'the second' });
  const rows = await lab.newRows();
  expect(rows).toHaveLength(2);
  for (const [index, word] of ['the first', 'the second'].entries()) {
    const row = rows[index];
    const record = await kept(row?.id ?? '');
    expect(JSON.parse(record.prompt ?? '')).toMatchObject({ type: 'response.create', instructions: word });
    const heard = events(record.answer);
    expect(heard[0]?.type).toBe('response.created');
    expect(heard.at(-1)).toMatchObject({ type: 'response.completed', response: { id: row?.responseId } });
    expect(heard.filter(({ type }) => type === 'response.output_text.delta')).toHaveLength(1);
    expect(record.cut).toBe(false);
  }
});

test('two turns under way at once do not get each other’s events', async () => {
  const tool = await lab.open();
  const frame = { type: 'response.create', model: 'gpt-5.5', input: [] };
  tool.send({ ...frame, stream_id: 'a', instructions: 'lane a' });
  tool.send({ ...frame, stream_id: 'b', instructions: 'lane b' });
  await tool.event('response.completed', 2);
  const rows = await lab.newRows();
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    const heard = events((await kept(row.id)).answer);
    const ids = heard.flatMap(({ response }) => (response === undefined ? [] : [response.id]));
    expect(new Set(ids)).toEqual(new Set([row.responseId]));
  }
});

test('a session is told the same, whether it is kept or not', async () => {
  const shape = (texts: readonly { text: string }[]): string[] =>
    texts.map(({ text }) => text.replaceAll(/(resp|msg|evt)_\w+|"created_at":\d+/g, ''));
  const heard = await lab.open();
  await heard.turn();
  const plain = await startSocketLab();
  try {
    const tool = await plain.open();
    await tool.turn();
    expect(shape(heard.messages)).toEqual(shape(tool.messages));
  } finally {
    await plain.close();
  }
});

test('a frame that was blocked is kept, though it never left', async () => {
  const blocking = await startSocketLab({
    settings: {
      capture: { enabled: true },
      policy: { rules: [{ serviceTier: 'priority', action: 'block' }] },
    },
  });
  try {
    const tool = await blocking.open();
    tool.send({ type: 'response.create', model: 'gpt-5.5', input: [], service_tier: 'priority' });
    await tool.closed;
    const [row] = await blocking.newRows();
    await expect
      .poll(async () => (await blocking.gateway.client.call('capture.get', { turn: row?.id ?? '' })).prompt)
      .toContain('priority');
  } finally {
    await blocking.close();
  }
});
