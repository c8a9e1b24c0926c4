import { expect, it } from 'vitest';
import { type QuitInput, quitWarning } from '../../../src/main/desktop/quit-warning.ts';

const now = 1_000_000_000;
const quiet: QuitInput = {
  status: { baseUrl: 'http://127.0.0.1:4141/v1', openTurns: 0, sessions: [], sandbox: false },
  recent: [],
  now,
  language: 'en',
};
const session = { id: 's', tool: 'editor', account: 'a', model: null, startedAt: 0, turns: 1, tiers: [] };

it.each<[string, QuitInput, string | null]>([
  ['nobody is there', quiet, null],
  ['a tool was here long ago', { ...quiet, recent: [{ tool: 'codex', endedAt: now - 15 * 60_000 }] }, null],
  [
    'a tool was here lately',
    { ...quiet, recent: [{ tool: 'codex', endedAt: now - 60_000 }] },
    'codex still points at this gateway and will get no answer.',
  ],
  [
    'turns are under way and a session is open',
    {
      ...quiet,
      status: { ...quiet.status, openTurns: 2, sessions: [session] },
      recent: [{ tool: 'codex', endedAt: now }],
    },
    '2 turns are under way; Tiergate waits for their end.\ncodex and editor still point at this gateway and will get no answer.',
  ],
  [
    'many tools were here',
    { ...quiet, recent: ['f', 'e', 'd', 'c', 'b', 'a', 'a'].map((tool) => ({ tool, endedAt: now })) },
    'a, b, c, d and 2 more still point at this gateway and will get no answer.',
  ],
  [
    'the gateway does not listen anyway',
    { ...quiet, status: { ...quiet.status, baseUrl: null }, recent: [{ tool: 'codex', endedAt: now }] },
    null,
  ],
])('%s', (_name, input, warning) => {
  expect(quitWarning(input)).toBe(warning);
});

it('is Chinese in Chinese', () => {
  const status = { ...quiet.status, openTurns: 1, sessions: [session] };
  const recent = [{ tool: 'codex', endedAt: now }];
  expect(quitWarning({ ...quiet, status, recent, language: 'zh' })).toBe(
    '1 个请求正在进行；Tiergate 会等它结束。\ncodex和editor 仍指向本网关，将得不到应答。',
  );
});
