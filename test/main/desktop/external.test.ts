import { expect, it } from 'vitest';
import { externalUrl } from '../../../src/main/desktop/external.ts';
import { PRICE_TABLE } from '../../../src/shared/prices/table.ts';

/** What the person's own browser is sent to is on a list, compared by parsed origin. */
it.each([
  'https://platform.openai.com.evil.example/keys',
  'https://evil.example/https://platform.openai.com',
  'https://platform.openai.com@evil.example/',
  'https://user:secret@platform.openai.com/',
  'http://platform.openai.com/',
  'https://platform.openai.com:8443/',
  'https://openai.com/',
  'https://github.com/',
  'https://github.com/BerriAI/litellm/blob/main/other.json',
  'file:///etc/passwd',
  'smb://platform.openai.com/share',
  'javascript:alert(1)//https://platform.openai.com',
  'ms-settings:privacy',
  'tiergate://fast/allow',
  '//platform.openai.com/',
  'platform.openai.com',
  '',
])('an attack with %s opens nothing', (url) => {
  expect(externalUrl(url)).toBeNull();
});

it.each(['https://platform.openai.com/api-keys', 'HTTPS://STATUS.OPENAI.COM', 'https://status.anthropic.com/?a=b#c'])(
  '%s is opened',
  (url) => {
    expect(externalUrl(url)).toBe(new URL(url).href);
  },
);

it.each(Object.values(PRICE_TABLE.sources).map(({ url }) => url))('the source of prices %s is opened', (url) => {
  expect(externalUrl(url)).toBe(url);
});
