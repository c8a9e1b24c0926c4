import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where desktops of Linux look for what to start at login. */
export function autostartFile(environment: Readonly<Record<string, string | undefined>>, home: string): string {
  const configured = environment['XDG_CONFIG_HOME'];
  const folder = configured === undefined || configured === '' ? join(home, '.config') : configured;
  return join(folder, 'autostart', 'tiergate.desktop');
}

/** What such a desktop is told: start this program, hidden. */
export function autostartEntry(program: string): string {
  // A word in quotes, as the specification of the Exec line wants it; a percent sign would be one of its codes.
  const quoted = `"${program
    .replaceAll(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Tiergate',
    `Exec=${quoted} --hidden`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/** Writes the entry, or takes it away. */
export function writeAutostart(file: string, entry: string | null): void {
  if (entry === null) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, entry);
}
