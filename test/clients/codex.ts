import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_KEY } from '../fakes/gateway.ts';
import { type Run, clientAt, runClient } from './run-client.ts';

const client = clientAt('.bin/codex');

/** True where Codex has not been installed. */
export const { missing } = client;

/** Runs Codex once, with Fast switched on and the gateway as its only provider, set up in these further lines. */
export function codex(baseUrl: string, provider: string, prepare?: (home: string) => void): Promise<Run> {
  return runClient({
    command: client.command,
    args: (home) => [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      '-C',
      join(home, 'work'),
      'say something',
    ],
    env: (home) => ({ CODEX_HOME: home, LAB_LOCAL_KEY: LOCAL_KEY }),
    prepare: (home) => {
      prepare?.(home);
      writeFileSync(
        join(home, 'config.toml'),
        `model = "gpt-5.5"
model_provider = "lab"
service_tier = "fast"
chatgpt_base_url = "http://127.0.0.1:9"
[model_providers.lab]
base_url = "${baseUrl}"
wire_api = "responses"
${provider}`,
      );
    },
  });
}
