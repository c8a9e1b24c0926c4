/**
 * The floors of the house from the ground up. A room may import from lower floors and from itself, never from its
 * neighbours or from above (docs/architecture.md).
 */
export const FLOORS: readonly (readonly string[])[] = [
  ['src/shared/'],
  ['src/main/envelope/', 'src/main/secrets/', 'src/main/logs/'],
  ['src/main/dialects/'],
  ['src/main/ledger/', 'src/main/mcp/', 'src/main/settings/', 'src/main/telemetry/', 'src/main/upstream/'],
  ['src/main/gateway/'],
  ['src/main/control/'],
  ['src/main/runtime.ts'],
  ['src/main/desktop/', 'src/main/cli/'],
  ['src/main/index.ts', 'src/main/headless.ts'],
];

/** The rooms beside the main process; each stands on the ground floor alone. */
export const ANNEXES: readonly string[] = ['src/preload/', 'src/renderer/'];

/** Where Electron may be imported; the rest of main runs under plain Node. */
export const ELECTRON_ROOMS: readonly string[] = ['src/main/index.ts', 'src/main/desktop/', 'src/preload/'];
