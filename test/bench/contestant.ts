import { GATEWAY_NODE_OPTIONS } from '../../build/node-options.ts';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './process.ts';
import { LOCAL_KEY } from './request.ts';

/** Who is measured. */
export type ContestantName = 'bare' | 'gateway';

/** In the order of a round. */
export const CONTESTANTS: readonly ContestantName[] = ['bare', 'gateway'];

/** Where everything is that a contestant needs. */
export interface Stage {
  /** The CPU for contestants, null if they are not pinned. */
  readonly cpu: number | null;
  readonly upstreamPort: number;
  /** The gateway's data folder. */
  readonly home: string;
  /** The gateway's program. */
  readonly entry: string;
  /** Node's own options for the gateway, such as a profiler's. */
  readonly nodeOptions: readonly string[];
}

/** A file of this folder. */
export function here(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** The built gateway, or its sources where it has not been built. */
export function gatewayEntry(): string {
  const built = here('../../out/main/headless.js');
  return existsSync(built) ? built : here('../../src/main/headless.ts');
}

/** Writes the settings of a gateway with one tool and one account; everything else stays as it comes. */
export function writeSettings(home: string, upstreamPort: number): void {
  const settings = {
    tools: [{ name: 'bench', keyHash: `sha256:${createHash('sha256').update(LOCAL_KEY).digest('hex')}` }],
    accounts: [
      {
        id: 'bench',
        provider: 'openai',
        kind: 'apikey',
        baseUrl: `http://127.0.0.1:${upstreamPort}/v1`,
        keys: [{ env: 'BENCH_KEY' }],
      },
    ],
  };
  writeFileSync(join(home, 'settings.json'), JSON.stringify(settings));
}

/** Starts a contestant in a process of its own, with Node options for this one time; what it announces is its port. */
export function startContestant(name: ContestantName, stage: Stage, own: readonly string[] = []): Promise<Program> {
  const { cpu, upstreamPort, home, entry, nodeOptions } = stage;
  switch (name) {
    case 'bare':
      return Program.start({
        cpu,
        args: [...own, here('bare.ts'), `http://127.0.0.1:${upstreamPort}`],
        ready: /http:\/\/127\.0\.0\.1:(\d+)/,
      });
    case 'gateway':
      return Program.start({
        cpu,
        args: [...GATEWAY_NODE_OPTIONS, ...own, ...nodeOptions, entry, 'serve', '--home', home, '--port', '0'],
        environment: { BENCH_KEY: 'sk-bench-0123456789' },
        ready: /base URL\s+http:\/\/127\.0\.0\.1:(\d+)/,
      });
  }
}
