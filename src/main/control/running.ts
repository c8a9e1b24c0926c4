import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';
import { type Carrier, ReplySchema } from '../../shared/control.ts';

/** How a command finds the gateway that runs on a data folder. */
const RunningSchema = z.object({ port: z.int(), host: z.string(), token: z.string() });

/** How a command finds the gateway that runs on a data folder. */
export type Running = z.output<typeof RunningSchema>;

const fileOf = (home: string): string => join(home, 'control.json');

/** Leaves word for commands; only its owner can read it. */
export function announce(home: string, running: Running): void {
  const file = fileOf(home);
  // Written anew and not over: the mode counts only for a file that is made.
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify(running), { mode: 0o600, flag: 'wx' });
}

/** Takes the word of the gateway with this token back, and leaves that of another which runs there by now. */
export function unannounce(home: string, token: string): void {
  if (readWord(home)?.token === token) rmSync(fileOf(home), { force: true });
}

/** The gateway that runs on a data folder; null when there is none, whatever a file of an earlier one says. */
export async function findRunning(home: string): Promise<Carrier | null> {
  const carrier = carrierTo(home);
  if (carrier === null) return null;
  try {
    return (await carrier.call('status.get', {})).ok ? carrier : null;
  } catch {
    // Nobody listens there, or it is another program's port by now.
    return null;
  }
}

/** The address under which a running gateway's window can be opened, its session token in the fragment. */
export function windowUrl({ host, port, token }: Running): string {
  return `http://${hostInUrl(host)}:${port}/_tiergate/#session=${token}`;
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function readWord(home: string): Running | null {
  try {
    return RunningSchema.parse(JSON.parse(readFileSync(fileOf(home), 'utf8')));
  } catch {
    return null;
  }
}

function carrierTo(home: string): Carrier | null {
  const running = readWord(home);
  if (running === null) return null;
  const { host, port, token } = running;
  return {
    call: async (name, input) => {
      const { body } = await request(`http://${hostInUrl(host)}:${port}/_tiergate/api/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-tiergate-session': token },
        body: JSON.stringify(input),
        headersTimeout: 30_000,
      });
      return ReplySchema.parse(await body.json());
    },
    subscribe: () => () => undefined,
  };
}
