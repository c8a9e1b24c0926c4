import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeHome, writeSettings } from '../fakes/gateway.ts';
import { BUILT, Tiergate } from './tiergate.ts';

// Every command is a process of its own, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 60_000 });

/** With --json a program can read the answer, and the failure too. */
let tiergate: Tiergate;

beforeAll(() => {
  tiergate = new Tiergate(BUILT, makeHome());
  writeSettings(tiergate.home, {});
});
afterAll(() => {
  rmSync(tiergate.home, { recursive: true, force: true });
});

test('an answer is one JSON value on standard output', async () => {
  expect(JSON.parse((await tiergate.run(['tool', 'list', '--json'])).out)).toMatchObject([{ name: 'lab' }]);
  const checked = await tiergate.run(['policy', 'check', '-', '--json'], '{"rules":[{}]}');
  expect(checked).toMatchObject({ code: 1, err: '' });
  expect(JSON.parse(checked.out)).toMatchObject({ problems: [{ path: 'rules[0].serviceTier' }, {}] });
  expect(await tiergate.run(['turns', '--json'])).toEqual({ code: 0, out: '[]\n', err: '' });
});

test('a failure is one JSON value on standard error, with its code and what to do', async () => {
  const refused = await tiergate.run(['tool', 'revoke', 'nobody', '--json']);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(JSON.parse(refused.err)).toEqual({
    error: {
      code: 'tool_unknown',
      message: 'There is no tool named nobody.',
      next: '"tiergate tool list" names the tools.',
    },
  });
});
