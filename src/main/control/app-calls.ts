import { type APP_CALLS, SECTIONS, type Section } from '../../shared/calls/app.ts';
import type { HandlersOf } from '../../shared/control.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ControlRooms } from './rooms.ts';

/** The program itself: its settings, and whether it takes turns. */
export function appCalls({
  settings,
  pause,
}: ControlRooms): Pick<
  HandlersOf<typeof APP_CALLS>,
  'settings.get' | 'settings.set' | 'gateway.pause' | 'gateway.resume'
> {
  return {
    'settings.get': () => sectionsOf(settings.current),
    'settings.set': async ({ section, value }) =>
      sectionsOf(await settings.change((current) => ({ ...current, [section]: value }))),
    'gateway.pause': ({ minutes }) => {
      pause.begin(minutes);
      return {};
    },
    'gateway.resume': () => {
      pause.end();
      return {};
    },
  };
}

function sectionsOf(settings: Settings): Pick<Settings, Section> {
  return Object.fromEntries(SECTIONS.map((section) => [section, settings[section]])) as Pick<Settings, Section>;
}
