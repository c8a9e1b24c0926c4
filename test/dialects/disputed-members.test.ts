import { describe, expect, test } from 'vitest';
import { chat } from '../../src/main/dialects/chat.ts';
import { isUnread } from '../../src/main/dialects/dialect.ts';
import { responses } from '../../src/main/dialects/responses.ts';

/** Two readers of one body: one lets the first of equal names win, the other the last; a third folds letter case. */
const MEMBERS = [
  ['service_tier', '"flex"', '"priority"'],
  ['model', '"gpt-5.5"', '"gpt-4"'],
  ['stream', 'true', 'false'],
] as const;

function refusalOf(body: string, dialect = responses): { code: string; message: string } | null {
  const result = dialect.read(Buffer.from(body));
  return isUnread(result) ? result.error : null;
}

/** A body that is fine but for the members given. */
function bodyWith(name: string, ...members: readonly string[]): string {
  return `{${[...(name === 'model' ? [] : ['"model":"gpt-5.5"']), ...members].join(',')}}`;
}

describe.each(MEMBERS)('attack: two readings of %s', (name, value, other) => {
  const say = (spelling: string, said: string = value): string => `"${spelling}":${said}`;
  const escaped = `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`;

  test.each<[what: string, members: readonly string[]]>([
    ['twice, and different', [say(name), say(name, other)]],
    ['twice, the other order', [say(name, other), say(name)]],
    ['once more with an escape in its name', [say(name), say(escaped, other)]],
    ['once more as null', [say(name), say(name, 'null')]],
    ['once more as an object', [say(name), say(name, '{}')]],
    ['three times, the middle one different', [say(name), say(name, other), say(name)]],
  ])('%s: refused by name', (_what, members) => {
    for (const dialect of [responses, chat]) {
      expect(refusalOf(bodyWith(name, ...members), dialect)).toMatchObject({
        code: 'member_repeated',
        message: `The member "${name}" is there more than once with different values.`,
      });
    }
  });

  test.each<[what: string, spelling: string]>([
    ['in capitals', name.toUpperCase()],
    ['with one capital', `${name.charAt(0).toUpperCase()}${name.slice(1)}`],
    ['with an escaped capital', `\\u${name.toUpperCase().charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`],
  ])('%s: refused, alone or beside the true one', (_what, spelling) => {
    for (const members of [[say(spelling)], [say(name), say(spelling)], [say(spelling), say(name)]]) {
      const refusal = refusalOf(bodyWith(name, ...members));
      expect(refusal?.code).toBe('member_case');
      expect(refusal?.message).toContain(`is "${name}" in another spelling`);
    }
  });

  test('twice and equal, however spelled: one wish', () => {
    expect(refusalOf(bodyWith(name, say(name), say(name)))).toBeNull();
    expect(refusalOf(bodyWith(name, say(name), say(escaped)))).toBeNull();
  });
});

describe('attack: names that some reader takes for service_tier', () => {
  test.each([
    ['U+017F for s', '\u017fervice_tier'],
    ['U+017F in the middle of capitals', '\u017fERVICE_TIER'],
    ['an escaped U+017F', '\\u017fervice_tier'],
    ['U+0130 for i', 'serv\u0130ce_tier'],
    ['a name that C ends at its U+0000', 'service_tier\\u0000x'],
    ['half a surrogate pair', 'service_\\ud800tier'],
    ['U+0131 for i', 'serv\u0131ce_tier'],
  ])('%s is refused', (_name, spelling) => {
    expect(refusalOf(`{"model":"m","${spelling}":"priority"}`)?.code).toBe('member_case');
  });

  test.each(['service_tier ', ' service_tier', 'service-tier', 'serviceTier', 'service_tiers', 'x\\u0000service_tier'])(
    'a member %j is another member',
    (spelling) => {
      expect(refusalOf(`{"model":"m","${spelling}":"priority"}`)).toBeNull();
    },
  );
});

test('equal texts in different escapes are equal, and so are judged once', () => {
  const body = Buffer.from('{"model":"m","service_tier":"priority","service_tier":"\\u0070riority"}');
  const result = responses.read(body);
  if (isUnread(result)) throw new Error(result.error.message);
  expect(result.tiers.map(({ said, members }) => [said.text, members.length])).toEqual([['priority', 2]]);
});

test('numbers that are equal in another spelling are not taken for equal', () => {
  expect(refusalOf('{"model":"m","service_tier":1,"service_tier":1.0}')?.code).toBe('member_repeated');
});

test('the same names deeper in the body are the tool’s own business', () => {
  expect(refusalOf('{"model":"m","metadata":{"Model":1,"model":2,"service_tier":"a","SERVICE_TIER":"b"}}')).toBeNull();
});

test('previous_response_id is policed as well', () => {
  expect(refusalOf('{"model":"m","previous_response_id":"a","previous_response_id":"b"}')?.code).toBe(
    'member_repeated',
  );
});
