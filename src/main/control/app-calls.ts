import { randomBytes } from 'node:crypto';
import { type APP_CALLS, SECTIONS, type Section } from '../../shared/calls/app.ts';
import type { HandlersOf, Status } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { keyHash } from '../gateway/guard.ts';
import { readLogPage } from '../logs/log-page.ts';
import { examine } from './doctor.ts';
import type { ControlRooms } from './rooms.ts';

/** The program itself: its settings, its log, whether it takes turns, and one to try it with. */
export function appCalls({
  status,
  keychain,
  environment,
  now,
  settings,
  pause,
  home,
  sandboxTurn,
}: ControlRooms): HandlersOf<typeof APP_CALLS> {
  return {
    'settings.get': () => sectionsOf(settings.current),
    'settings.set': async ({ section, value }) =>
      sectionsOf(await settings.change((current) => ({ ...current, [section]: value }))),
    'sandbox.turn': async () => ({ turn: await sandboxTurn() }),
    'log.page': (request) => ({ lines: readLogPage(home, request) }),
    'metrics.rotate': async () => {
      const key = `tgm-${randomBytes(24).toString('base64url')}`;
      await settings.change((current) => ({
        ...current,
        telemetry: { ...current.telemetry, metricsKeyHash: keyHash(key) },
      }));
      return { key };
    },
    'metrics.revoke': async () => {
      await settings.change(({ telemetry: { otlp }, ...rest }) => ({ ...rest, telemetry: { otlp } }));
      return {};
    },
    'doctor.run': async ({ online }) => ({
      checks: await examine({
        home,
        settings: settings.state,
        keychain,
        environment,
        status: statusOf(status),
        now: now(),
        versions: process.versions,
        platform: process.platform,
        online,
      }),
    }),
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

/** Null while no gateway runs. */
function statusOf(status: () => Status): Status | null {
  try {
    return status();
  } catch (error) {
    if (error instanceof TiergateError && error.code === 'gateway_not_running') return null;
    throw error;
  }
}

function sectionsOf(settings: Settings): Pick<Settings, Section> {
  return Object.fromEntries(SECTIONS.map((section) => [section, settings[section]])) as Pick<Settings, Section>;
}
