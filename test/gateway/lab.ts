import type { RuntimeOptions } from '../../src/main/runtime.ts';
import type { Turn } from '../../src/shared/turn.ts';
import { type SettingsInput, type TestGateway, accountAt, startGateway } from '../fakes/gateway.ts';
import { type Upstream, type UpstreamOptions, startUpstream } from '../fakes/upstream.ts';

/** A gateway with one account, and the fake provider that account points to. */
export interface Lab {
  readonly gateway: TestGateway;
  readonly upstream: Upstream;
  /** Where the gateway listens, without a path. */
  readonly origin: string;
  /** The rows written since this was last asked, oldest first. */
  newRows(): Promise<Turn[]>;
  /** Forgets what reached the provider and the ledger so far. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** What a lab is made of; the rest is filled in. */
export interface LabOptions {
  readonly settings?: SettingsInput;
  readonly account?: Readonly<Record<string, unknown>>;
  readonly upstream?: UpstreamOptions;
  readonly runtime?: Partial<RuntimeOptions>;
  /** Puts things into the data folder before the gateway starts. */
  readonly before?: (home: string) => void;
}

/** Starts a provider and a gateway in front of it. */
export async function startLab({
  settings,
  account,
  upstream: provider,
  runtime,
  before,
}: LabOptions = {}): Promise<Lab> {
  const upstream = await startUpstream(provider);
  const gateway = await startGateway(
    { accounts: [accountAt(upstream.baseUrl, account)], ...settings },
    runtime,
    before,
  );
  let seen = 0;
  const newRows = async (): Promise<Turn[]> => {
    const rows = (await gateway.turns()).filter(({ seq }) => seq > seen);
    seen = rows.at(-1)?.seq ?? seen;
    return rows;
  };
  return {
    gateway,
    upstream,
    origin: gateway.origin,
    newRows,
    forget: async () => {
      upstream.reset();
      await newRows();
    },
    close: async () => {
      await gateway.close();
      await upstream.close();
    },
  };
}
