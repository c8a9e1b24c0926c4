import { describe, expect, it } from 'vitest';
import { APP_PAGE } from '../../../src/main/desktop/page.ts';
import { isOwnSender, type SenderContents, type SentMessage } from '../../../src/main/desktop/sender.ts';

const main = { frameTreeNodeId: 1, origin: 'app://tiergate' };
const window: SenderContents = { id: 1, mainFrame: main };
const honest: SentMessage = { sender: window, senderFrame: main };

describe('a message that does not come from our window’s own page', () => {
  it.each<[string, SentMessage, SenderContents | null]>([
    ['a frame inside the page', { ...honest, senderFrame: { ...main, frameTreeNodeId: 2 } }, window],
    ['another page in our window', { ...honest, senderFrame: { ...main, origin: 'https://example.com' } }, window],
    [
      'an origin that only begins like ours',
      { ...honest, senderFrame: { ...main, origin: 'app://tiergate.evil' } },
      window,
    ],
    ['a sandboxed document', { ...honest, senderFrame: { ...main, origin: 'null' } }, window],
    ['another window on our page', { sender: { id: 2, mainFrame: main }, senderFrame: main }, window],
    ['a frame that is gone', { ...honest, senderFrame: null }, window],
    ['anybody while there is no window', honest, null],
  ])('%s is refused', (_name, message, own) => {
    expect(isOwnSender(message, own, APP_PAGE)).toBe(false);
  });
});

it('a message of our window’s main frame on our page is heard', () => {
  expect(isOwnSender(honest, window, APP_PAGE)).toBe(true);
});
