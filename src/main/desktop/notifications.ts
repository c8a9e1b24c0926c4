import { Notification } from 'electron';
import type { Note } from './note-plan.ts';
import type { TrayAction } from './tray-state.ts';

/** Shows notifications; where the system shows none, tray and window still tell. */
export function createNotifier(act: (action: TrayAction) => void): (note: Note) => void {
  // One that nobody holds is collected, and its click with it.
  const shown = new Set<Notification>();
  return ({ title, body, click, steps }) => {
    if (!Notification.isSupported()) return;
    const actions = steps.map(({ label }) => ({ type: 'button' as const, text: label }));
    const notification = new Notification({ title, body, actions, silent: true });
    shown.add(notification);
    const done = (): void => {
      shown.delete(notification);
    };
    notification.on('click', () => {
      done();
      act(click);
    });
    notification.on('action', ({ actionIndex }) => {
      done();
      const step = steps[actionIndex];
      if (step !== undefined) act(step.action);
    });
    notification.on('close', done);
    notification.on('failed', done);
    notification.show();
  };
}
