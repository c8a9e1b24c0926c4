import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERROR_DOCS, errorDocs } from '../../build/make-error-docs.ts';
import { ERRORS, type ErrorCode } from '../../src/shared/errors.ts';

const page = errorDocs();

describe('the page of errors', () => {
  test('is up to date; "node build/make-error-docs.ts" makes it anew', () => {
    expect(readFileSync(ERROR_DOCS, 'utf8')).toBe(page);
  });

  test.each(Object.keys(ERRORS) as ErrorCode[])('has an entry for %s', (code) => {
    const entry = page.split(/^## /m).find((section) => section.startsWith(`${code}\n`)) ?? '';
    expect(entry).toContain('**Cause:**');
    expect(entry).toContain('**Next step:**');
    expect(entry).not.toContain('{detail}');
    expect(entry.includes('**Status:**')).toBe(ERRORS[code].status !== null);
    expect(page).toContain(`(#${code})`);
  });

  test('no text of the catalogue can be taken for markup', () => {
    expect(page.slice(page.indexOf('## '))).not.toMatch(/(?<!\\)[<[]/);
  });
});
