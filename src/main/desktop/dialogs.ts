import { dialog } from 'electron';
import { faultOf } from '../control/answer.ts';
import type { Speech } from './desktop-words.ts';

/** The few questions that the app asks by itself. */
export interface Dialogs {
  /** Whether to quit although somebody would miss the gateway. */
  mayQuit(warning: string): Promise<boolean>;
  /** Tells, once, what closing the window means; whether the person would rather quit. */
  wantsQuitOnClose(): Promise<boolean>;
  /** Whether to do what a link from outside asks for. */
  mayFollow(what: string): Promise<boolean>;
  /** Tells that something the person wanted could not be done. */
  readonly failed: (error: unknown) => void;
}

/** The dialogs in the language that is wanted when each is shown. */
export function createDialogs(speech: () => Speech): Dialogs {
  return {
    async mayQuit(warning) {
      const { say } = speech();
      const { response } = await dialog.showMessageBox({
        type: 'question',
        message: say('quit_question'),
        detail: warning,
        buttons: [say('quit_do'), say('cancel')],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      });
      return response === 0;
    },

    async wantsQuitOnClose() {
      const { say } = speech();
      const { response } = await dialog.showMessageBox({
        type: 'info',
        message: say('close_title'),
        detail: say('close_text'),
        buttons: [say('close_keep'), say('quit_do')],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      return response === 1;
    },

    async mayFollow(what) {
      const { say } = speech();
      const { response } = await dialog.showMessageBox({
        type: 'question',
        message: what,
        detail: say('link_text'),
        buttons: [say('cancel'), say('link_do')],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      return response === 1;
    },

    failed: (error) => {
      const { say, tell } = speech();
      const { message, next } = faultOf(error);
      void dialog.showMessageBox({
        type: 'error',
        message: tell(message),
        detail: tell(next),
        buttons: [say('ok')],
        noLink: true,
      });
    },
  };
}
