import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyHash } from '../../src/main/gateway/guard.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../src/main/runtime.ts';
import { type ControlClient, createControlClient } from '../../src/shared/control.ts';
import { answerCall } from '../../src/main/control/answer.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/shared/settings.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { FakeKeychain } from './keychain.ts';
import { FAKE_KEY } from './upstream.ts';

/** The local key of the one tool that a test's gateway knows. */
export const LOCAL_KEY = 'tg-test-local-key-0123456789abcdef';

/** What of the settings a test cares about; the rest is filled in. */
export type SettingsInput = { readonly [Member in keyof Settings]?: unknown };

/** One account with the fake provider's key, pointed at a fake upstream. */
export function accountAt(baseUrl: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'lab',
    provider: 'openai',
    kind: 'apikey',
    baseUrl,
    keys: [{ env: 'LAB_KEY' }],
    standardTier: 'omit',
    ...more,
  };
}

/** A gateway in this process, on a data folder of its own and a free port. */
export interface TestGateway {
  readonly home: string;
  readonly runtime: Runtime;
  readonly keychain: FakeKeychain;
  /** What a tool is pointed at, ending in /v1. */
  readonly baseUrl: string;
  readonly origin: string;
  readonly client: ControlClient;
  /** Every row of the ledger, oldest first. */
  turns(): Promise<Turn[]>;
  /** Ends the gateway and removes its folder. */
  close(): Promise<void>;
}

/** Writes a settings file with the test tool in it. */
export function writeSettings(home: string, settings: SettingsInput): void {
  const document = {
    tools: [{ name: 'lab', keyHash: keyHash(LOCAL_KEY) }],
    policy: DEFAULT_SETTINGS.policy,
    ...settings,
  };
  writeFileSync(join(home, 'settings.json'), JSON.stringify(document));
}

/** A folder of its own for one test. */
export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), 'tiergate-test-'));
}

/** Starts a gateway on a free port; `before` may put things into its folder first. */
export async function startGateway(
  settings: SettingsInput = {},
  options: Partial<RuntimeOptions> = {},
  before: (home: string) => void = () => undefined,
): Promise<TestGateway> {
  const home = makeHome();
  writeSettings(home, settings);
  before(home);
  const keychain = new FakeKeychain();
  const runtime = await startRuntime({
    home,
    port: 0,
    version: 'test',
    keychain,
    environment: { LAB_KEY: FAKE_KEY },
    ...options,
  });
  const baseUrl = runtime.status().baseUrl ?? '';
  const client = createControlClient({
    call: (name, input) => answerCall(runtime.handlers, name, input),
    subscribe: (listener) => runtime.onPush(listener),
  });
  return {
    home,
    runtime,
    keychain,
    baseUrl,
    origin: baseUrl.replace(/\/v1$/, ''),
    client,
    turns: async () => (await client.call('turns.page', { order: 'oldest', limit: 1000 })).turns,
    close: async () => {
      await runtime.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
