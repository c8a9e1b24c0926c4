import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { autostartEntry, autostartFile, writeAutostart } from '../../../src/main/desktop/autostart.ts';

it('lies where the desktop looks', () => {
  expect(autostartFile({}, '/home/me')).toBe(join('/home/me', '.config', 'autostart', 'tiergate.desktop'));
  expect(autostartFile({ XDG_CONFIG_HOME: '' }, '/home/me')).toBe(autostartFile({}, '/home/me'));
  expect(autostartFile({ XDG_CONFIG_HOME: '/etc/me' }, '/home/me')).toBe(
    join('/etc/me', 'autostart', 'tiergate.desktop'),
  );
});

it.each([
  ['/opt/Tiergate/tiergate', 'Exec="/opt/Tiergate/tiergate" --hidden'],
  ['/home/me/My Apps/Tiergate.AppImage', 'Exec="/home/me/My Apps/Tiergate.AppImage" --hidden'],
  ['/odd/$(id)"`100%', String.raw`Exec="/odd/\\$(id)\\"\\` + '`100%%" --hidden'],
])('starts %s hidden, whatever stands in its path', (program, line) => {
  expect(autostartEntry(program).split('\n')).toContain(line);
});

it('is written when wanted and gone when not, also twice', () => {
  const home = mkdtempSync(join(tmpdir(), 'tiergate-autostart-'));
  const file = autostartFile({}, home);
  writeAutostart(file, null);
  writeAutostart(file, autostartEntry('/opt/Tiergate/tiergate'));
  writeAutostart(file, autostartEntry('/opt/Tiergate/tiergate'));
  expect(readFileSync(file, 'utf8')).toMatch(/^\[Desktop Entry\]\n/);
  writeAutostart(file, null);
  expect(existsSync(file)).toBe(false);
  rmSync(home, { recursive: true });
});
