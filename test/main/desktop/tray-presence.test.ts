import { expect, it } from 'vitest';
import { hiddenReason, type PresenceInput, watcherIn } from '../../../src/main/desktop/tray-presence.ts';

const seen: PresenceInput = {
  platform: 'darwin',
  bounds: { x: 1200, y: 0 },
  screenHeight: 900,
  hasWatcher: null,
};

it.each<[string, Partial<PresenceInput>, RegExp | null]>([
  ['an icon in the menu bar', {}, null],
  ['an icon that macOS parked below the screen', { bounds: { x: 0, y: 900 } }, /Allow in the Menu Bar/],
  ['an icon at the left edge', { bounds: { x: 0, y: 0 } }, null],
  ['the same place on Windows', { platform: 'win32', bounds: { x: 0, y: 900 } }, null],
  ['a Linux desktop that draws icons', { platform: 'linux', hasWatcher: true }, null],
  ['a Linux desktop that draws none', { platform: 'linux', hasWatcher: false }, /AppIndicator/],
  ['a Linux desktop that cannot be asked', { platform: 'linux', hasWatcher: null }, null],
])('%s', (_name, change, reason) => {
  const told = hiddenReason({ ...seen, ...change });
  if (reason === null) expect(told).toBeNull();
  else expect(told).toMatch(reason);
});

it('the bus is read', () => {
  expect(watcherIn('   boolean true\n')).toBe(true);
  expect(watcherIn('   boolean false\n')).toBe(false);
  expect(watcherIn('Error org.freedesktop.DBus.Error')).toBeNull();
});
