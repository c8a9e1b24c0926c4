import { ipcMain, type WebContents } from 'electron';
import type { Push, Reply } from '../../shared/control.ts';
import { IPC_CHANNELS } from '../../shared/ipc-channels.ts';
import { messageOf, ERRORS } from '../../shared/errors.ts';
import { answerCall } from '../control/answer.ts';
import type { Runtime } from '../runtime.ts';
import type { Page } from './page.ts';
import { isOwnSender } from './sender.ts';

/** What the carrier needs to know. */
export interface IpcOptions {
  readonly runtime: Pick<Runtime, 'handlers' | 'onPush'>;
  readonly page: Page;
  /** Our own window's page, while there is one. */
  readonly contents: () => WebContents | null;
}

const REFUSED: Reply = {
  ok: false,
  error: {
    code: 'control_invalid',
    message: messageOf('control_invalid', 'it does not come from the window'),
    next: ERRORS.control_invalid.next,
  },
};

/** Carries the contract between the window and the runtime; returns the function that ends that. */
export function serveIpc({ runtime, page, contents }: IpcOptions): () => void {
  ipcMain.handle(IPC_CHANNELS.call, async (event, name: unknown, input: unknown): Promise<Reply> => {
    if (!isOwnSender(event, contents(), page)) return REFUSED;
    return answerCall(runtime.handlers, typeof name === 'string' ? name : '', input);
  });
  const endPush = runtime.onPush((push) => {
    send(contents(), page, push);
  });
  return () => {
    endPush();
    ipcMain.removeHandler(IPC_CHANNELS.call);
  };
}

function send(contents: WebContents | null, page: Page, push: Push): void {
  // Turns and settings are for our page only, also while the frame is between two documents.
  if (contents === null || contents.isDestroyed() || contents.mainFrame.origin !== page.origin) return;
  contents.send(IPC_CHANNELS.push, push);
}
