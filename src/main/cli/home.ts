import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Option } from 'commander';

/** The option every command takes. */
export function homeOption(): Option {
  return new Option('--home <dir>', 'the data folder')
    .env('TIERGATE_HOME')
    .default(defaultHome(), 'the app’s own folder')
    .argParser((dir: string) => resolve(dir));
}

/** The folder in which Electron keeps the app's data, so that commands find the app's own ledger without Electron. */
function defaultHome(): string {
  switch (process.platform) {
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'Tiergate');
    case 'win32':
      return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Tiergate');
    default:
      return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'Tiergate');
  }
}
