import { describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode, TiergateError, gatewayError, messageOf } from '../../src/shared/errors.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the catalogue of errors', () => {
  test.each(CODES)('%s says what, why and what to do', (code) => {
    const { message, cause, next, status, type } = ERRORS[code];
    for (const text of [message, cause, next]) expect(text.trim()).not.toBe('');
    expect(message.split('{detail}').length).toBeLessThanOrEqual(2);
    if (status !== null) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(type).not.toBeNull();
    }
  });

  test('a detail is put in as it is', () => {
    expect(messageOf('member_repeated', '$& $1 {detail}')).toBe(
      'The member "$& $1 {detail}" is there more than once with different values.',
    );
    expect(messageOf('body_empty', 'unused')).toBe('Request body is empty');
  });

  test('an answer without a status of its own is a failure of the gateway', () => {
    expect(gatewayError('port_in_use', '4141')).toEqual({
      code: 'port_in_use',
      status: 500,
      type: 'api_error',
      message: 'Port 4141 is in use.',
    });
  });

  test('an exception keeps its code, its detail and its cause', () => {
    const cause = new Error('EACCES');
    const error = new TiergateError('home_unusable', '/root', { cause });
    expect(error).toMatchObject({ code: 'home_unusable', detail: '/root', cause, name: 'TiergateError' });
    expect(error.message).toBe('The data folder cannot be used: /root');
  });
});
