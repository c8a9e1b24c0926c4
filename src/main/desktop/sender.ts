import type { Page } from './page.ts';

/** What is looked at of a frame that sent a message. */
interface SenderFrame {
  readonly frameTreeNodeId: number;
  readonly origin: string;
}

/** What is looked at of the page that sent a message. */
export interface SenderContents {
  readonly id: number;
  readonly mainFrame: SenderFrame;
}

/** A message from a page, as far as it says who sent it. */
export interface SentMessage {
  readonly sender: SenderContents;
  /** Null when the frame has navigated away or is gone. */
  readonly senderFrame: SenderFrame | null;
}

/**
 * Whether a message comes from our own window, from its main frame, and while that shows our own page. A frame inside
 * the page, another window, or our window led elsewhere may hold the same preload, and is refused.
 */
export function isOwnSender({ sender, senderFrame }: SentMessage, window: SenderContents | null, page: Page): boolean {
  if (window === null || senderFrame === null || sender.id !== window.id) return false;
  return senderFrame.frameTreeNodeId === sender.mainFrame.frameTreeNodeId && senderFrame.origin === page.origin;
}
