import { describe, expect, test } from 'vitest';
import { chatTools } from '../../../src/main/dialects/tools/chat-tools.ts';
import { responsesTools } from '../../../src/main/dialects/tools/responses-tools.ts';
import type { ToolDialect } from '../../../src/main/dialects/tools/tool-dialect.ts';

/** Functions are added to a request's bytes, and everything else in it stays as it was. */
const ADD = { name: 'add', description: 'Adds', parameters: { type: 'object' } };
const FUNCTION = '{"type":"function","name":"add","description":"Adds","parameters":{"type":"object"},"strict":false}';
const CHAT_FUNCTION =
  '{"type":"function","function":{"name":"add","description":"Adds","parameters":{"type":"object"},"strict":false}}';

const added = (
  dialect: ToolDialect,
  body: string,
  since: readonly Record<string, unknown>[] = [],
): string | undefined => dialect.open(Buffer.from(body))?.with([ADD], since).toString();

describe('Responses', () => {
  test.each([
    ['{"input":"hi"}', `{"input":"hi","tools":[${FUNCTION}],"parallel_tool_calls":false}`],
    ['{"input":"hi","tools":null}', `{"input":"hi","tools":[${FUNCTION}],"parallel_tool_calls":false}`],
    [
      '{ "tools" : [ {"type":"web_search"} ] , "parallel_tool_calls":true, "input":[], "x": 1e400 }',
      `{ "tools" : [ {"type":"web_search"} ,${FUNCTION}] , "parallel_tool_calls":false, "input":[], "x": 1e400 }`,
    ],
  ])('%s becomes %s', (body, expected) => {
    expect(added(responsesTools, body)).toBe(expected);
  });

  test('goes on from text and from items', () => {
    const item = { type: 'message', role: 'assistant' };
    const end = `,"tools":[${FUNCTION}],"parallel_tool_calls":false}`;
    expect(added(responsesTools, '{"input":"h\\u0069"}', [item])).toBe(
      `{"input":[{"role":"user","content":"h\\u0069"},{"type":"message","role":"assistant"}]${end}`,
    );
    expect(added(responsesTools, '{"input":[ {"a":1} ]}', [item])).toBe(
      `{"input":[ {"a":1} ,{"type":"message","role":"assistant"}]${end}`,
    );
    expect(added(responsesTools, '{"input":[]}', [item])).toBe(
      `{"input":[{"type":"message","role":"assistant"}]${end}`,
    );
  });

  test('says reasoning again only where it can be read again', () => {
    const since = [
      { type: 'reasoning', id: 'a' },
      { type: 'reasoning', id: 'b', encrypted_content: 'x' },
    ];
    expect(added(responsesTools, '{"input":[],"store":false}', since)).not.toContain('"id":"a"');
    expect(added(responsesTools, '{"input":[],"store":false}', since)).toContain('"id":"b"');
    expect(added(responsesTools, '{"input":[]}', since)).toContain('"id":"a"');
  });

  test('knows the names that are taken, also in the input', () => {
    const body = '{"tools":[{"name":"a"},{"type":"x"}],"input":[{"type":"additional_tools","tools":[{"name":"b"}]}]}';
    expect([...(responsesTools.open(Buffer.from(body))?.names ?? [])].sort()).toEqual(['a', 'b']);
  });

  test.each([
    '{"input":"hi","tool_choice":"required"}',
    '{"input":"hi","tool_choice":{"type":"function","name":"a"}}',
    '{"input":"hi","background":true}',
    '{"input":"hi","conversation":"conv_1"}',
    '{"input":"hi","tools":{}}',
    '{"input":7}',
    '{"model":"m"}',
    '{"input":"hi","tools":[],"tools":[]}',
    '{"input":"hi","Tools":[]}',
    '{"input":',
  ])('adds nothing to %s', (body) => {
    expect(added(responsesTools, body)).toBeUndefined();
  });
});

describe('Chat', () => {
  test('gets its functions and its messages at the end of both lists', () => {
    const body = '{"messages":[{"role":"user"}],"tools":[],"tool_choice":"auto","n":1}';
    expect(added(chatTools, body, [{ role: 'tool' }])).toBe(
      `{"messages":[{"role":"user"},{"role":"tool"}],"tools":[${CHAT_FUNCTION}],"tool_choice":"auto","n":1,"parallel_tool_calls":false}`,
    );
  });

  test.each([
    '{"messages":[],"n":2}',
    '{"messages":[],"functions":[]}',
    '{"messages":[],"tool_choice":"none"}',
    '{"messages":"hi"}',
    '{"messages":[],"messages":[]}',
  ])('adds nothing to %s', (body) => {
    expect(added(chatTools, body)).toBeUndefined();
  });
});
