import { dialog } from 'electron';
import { faultOf } from '../control/answer.ts';

/** The few questions that the app asks by itself. */
export const dialogs = {
  /** Whether to quit although somebody would miss the gateway. */
  async mayQuit(warning: string): Promise<boolean> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'Quit Tiergate?',
      detail: warning,
      buttons: ['Quit', 'Cancel'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    return response === 0;
  },

  /** Tells, once, what closing the window means; whether the person would rather quit. */
  async wantsQuitOnClose(): Promise<boolean> {
    const { response } = await dialog.showMessageBox({
      type: 'info',
      message: 'Tiergate goes on without its window',
      detail:
        'Your tools still reach their providers through it. The icon beside the clock, or starting Tiergate again, brings the window back.',
      buttons: ['Keep running', 'Quit'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    return response === 1;
  },

  /** Whether to do what a link from outside asks for. */
  async mayFollow(what: string): Promise<boolean> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: what,
      detail: 'A link outside of Tiergate asks for this. Do it only if you opened that link yourself.',
      buttons: ['Cancel', 'Do it'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    return response === 1;
  },

  /** Tells that something the person wanted could not be done. */
  failed: (error: unknown): void => {
    const { message, next } = faultOf(error);
    void dialog.showMessageBox({ type: 'error', message, detail: next, buttons: ['OK'], noLink: true });
  },
};
