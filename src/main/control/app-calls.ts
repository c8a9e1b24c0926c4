import { type APP_CALLS, SECTIONS, type Section } from '../../shared/calls/app.ts';
import type { HandlersOf } from '../../shared/control.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ControlRooms } from './rooms.ts';

/** The program itself: its settings. */
export function appCalls({
  settings,
}: ControlRooms): Pick<HandlersOf<typeof APP_CALLS>, 'settings.get' | 'settings.set'> {
  return {
    'settings.get': () => sectionsOf(settings.current),
    'settings.set': async ({ section, value }) =>
      sectionsOf(await settings.change((current) => ({ ...current, [section]: value }))),
  };
}

function sectionsOf(settings: Settings): Pick<Settings, Section> {
  return Object.fromEntries(SECTIONS.map((section) => [section, settings[section]])) as Pick<Settings, Section>;
}
