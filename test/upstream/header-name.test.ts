import { expect, test } from 'vitest';
import { headerName } from '../../src/main/upstream/header-name.ts';

test('a name is read once, however often it comes', () => {
  expect(headerName('X-Request-Id')).toBe(headerName('X-Request-Id'));
  expect(headerName('X-Request-Id')).toEqual({
    lower: 'x-request-id',
    loose: 'x-request-id',
    goesUp: true,
    goesDown: true,
  });
});

test('nobody without a key can fill the memory with names: long ones are not remembered, nor too many', () => {
  const long = `x-${'a'.repeat(1000)}`;
  expect(headerName(long)).not.toBe(headerName(long));
  for (let made = 0; made < 2000; made += 1) headerName(`x-made-${made}`);
  expect(headerName('x-made-1999')).not.toBe(headerName('x-made-1999'));
  expect(headerName('x-made-1999').lower).toBe('x-made-1999');
});
