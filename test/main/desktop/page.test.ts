import { expect, it } from 'vitest';
import { APP_PAGE, pageToShow } from '../../../src/main/desktop/page.ts';

it('shows a development server’s page only when the app is not packaged', () => {
  expect(pageToShow(true, 'http://localhost:5173')).toBe(APP_PAGE);
  expect(pageToShow(false, 'http://localhost:5173')).toEqual({
    url: 'http://localhost:5173/',
    origin: 'http://localhost:5173',
  });
});

it.each([undefined, '', 'nowhere', 'file:///etc/passwd', 'https://example.com/'])(
  'shows the built window for %j',
  (url) => {
    expect(pageToShow(false, url)).toBe(APP_PAGE);
  },
);
