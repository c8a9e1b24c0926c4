import { describe, expect, test } from 'vitest';
import { type OfferedTool, isAllowed, nameFor, withFreeNames } from '../../src/main/mcp/offered-tool.ts';

const tool = (name: string): OfferedTool => ({ name, server: 's', tool: name, description: '', parameters: {} });

describe('the name that a model is told', () => {
  test.each([
    ['files', 'read', 'tg_files_read'],
    ['a-b', 'read-it_now', 'tg_a-b_read-it_now'],
  ])('%s %s is %s', (server, name, expected) => {
    expect(nameFor(server, name)).toBe(expected);
  });

  test.each(['read.file', 'a/b', 'lies/datei ü', 'x'.repeat(80), ''])(
    'of %j is one that every provider takes',
    (name) => {
      expect(nameFor('a-server-of-some-length', name)).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    },
  );

  test('is another for another tool, also where only lost characters or the ends differ', () => {
    const names = ['a.b', 'a/b', 'a_b', `${'x'.repeat(80)}1`, `${'x'.repeat(80)}2`].map((name) => nameFor('s', name));
    expect(new Set(names).size).toBe(names.length);
  });

  test('gives way to names that are taken, however many', () => {
    const long = 'n'.repeat(64);
    const taken = new Set(['one', 'one_2', long]);
    const names = withFreeNames([tool('one'), tool('two'), tool('two'), tool(long)], taken).map(({ name }) => name);
    expect(names).toEqual(['one_3', 'two', 'two_2', `${'n'.repeat(62)}_2`]);
    expect(withFreeNames([tool('one')], taken)[0]?.tool).toBe('one');
  });
});

test.each<[string, readonly string[], readonly string[], boolean]>([
  ['read', [], [], true],
  ['read', ['read'], [], true],
  ['read', ['re*'], [], true],
  ['read', ['write'], [], false],
  ['read', ['*'], ['read'], false],
  ['read', [], ['r*'], false],
  ['read', ['r*d'], [], false],
])('%s with %j allowed and %j denied: %s', (name, allow, deny, allowed) => {
  expect(isAllowed(name, allow, deny)).toBe(allowed);
});
