import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CODEX_MODELS } from '../../src/shared/codex.ts';
import { type CodexBackend, startCodexBackend } from '../fakes/codex-backend.ts';
import { type TestGateway, startGateway } from '../fakes/gateway.ts';
import { type FakeLoginServer, fakeToken, startLoginServer } from '../fakes/login-server.ts';
import { FakeTimers } from '../fakes/timers.ts';

const HOUR = 3_600_000;

/** A gateway with a ChatGPT login that was imported from a file, its backend, and the server that renews it. */
export interface LoginLab {
  readonly gateway: TestGateway;
  readonly backend: CodexBackend;
  readonly server: FakeLoginServer;
  /** The gateway's clock, which stands still unless it is moved. */
  readonly timers: FakeTimers;
  close(): Promise<void>;
}

/** Starts all of it; the imported token lives for so long, and renewed ones for an hour. */
export async function startLoginLab(
  account: Readonly<Record<string, unknown>> = {},
  {
    lifeMs = HOUR,
    others = [],
    environment = {},
  }: { lifeMs?: number; others?: readonly object[]; environment?: Readonly<Record<string, string>> } = {},
): Promise<LoginLab> {
  const timers = new FakeTimers();
  timers.pass(Date.now());
  const backend = await startCodexBackend();
  const server = await startLoginServer(timers.now, HOUR, backend.tokens);
  const login = {
    id: 'codex',
    provider: 'openai',
    kind: 'oauth',
    baseUrl: backend.baseUrl,
    keys: [{ keychain: 'codex' }],
    standardTier: 'omit',
    modelMapping: CODEX_MODELS,
    ...account,
  };
  const gateway = await startGateway(
    { accounts: [login, ...others], policy: { rules: [] } },
    { loginServer: server, now: timers.now, after: timers.after, environment },
  );
  const token = fakeToken('user-0', timers.now() + lifeMs);
  backend.tokens.push(token);
  const folder = mkdtempSync(join(tmpdir(), 'tiergate-login-'));
  const file = join(folder, 'auth.json');
  writeFileSync(file, JSON.stringify({ tokens: { access_token: token, refresh_token: 'refresh-0' } }));
  await gateway.client.call('account.importCodex', { file });
  rmSync(folder, { recursive: true });
  return {
    gateway,
    backend,
    server,
    timers,
    close: async () => {
      await gateway.close();
      backend.sockets.close();
      await backend.upstream.close();
      await server.close();
    },
  };
}
