import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

/** The program that listens on a port, as far as the system tells us. */
export interface PortHolder {
  readonly name: string;
  readonly pid: number;
}

/** A machine that is slow to say so is not waited for. */
const ASK_LIMIT_MS = 3000;

/** How many ports above the taken one are tried. */
const PORTS_TRIED = 50;

/** Who listens on a port of this machine; null where the system does not tell, as for another user's programs. */
export async function portHolder(
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<PortHolder | null> {
  try {
    switch (platform) {
      case 'linux':
        return await linuxHolder(port);
      case 'win32': {
        const pid = pidInNetstat(await say('netstat', ['-ano', '-p', 'TCP']), port);
        if (pid === null) return null;
        const name = nameInTasklist(await say('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']));
        return name === null ? null : { name, pid };
      }
      default:
        return holderInLsof(await say('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']));
    }
  } catch {
    // The tool is not there, or has nothing to say; the port is taken all the same.
    return null;
  }
}

/** The next port above that can be had on that address; null when none of many can. */
export async function freePortAbove(host: string, port: number): Promise<number | null> {
  for (let one = port + 1; one <= Math.min(port + PORTS_TRIED, 65_535); one += 1)
    if (await isFree(host, one)) return one;
  return null;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** The holder in what `lsof -Fpc` prints: a line a field, `p` and the process, then `c` and its name. */
export function holderInLsof(text: string): PortHolder | null {
  const field = (mark: string): string | undefined =>
    text
      .split('\n')
      .find((one) => one.startsWith(mark))
      ?.slice(1);
  const [pid, name] = [Number(field('p')), field('c')];
  return Number.isInteger(pid) && name !== undefined && name !== '' ? { name, pid } : null;
}

/** The process that listens on a port in what `netstat -ano` prints. */
export function pidInNetstat(text: string, port: number): number | null {
  for (const row of text.split(/\r?\n/)) {
    const [protocol, local, foreign, ...rest] = row.trim().split(/\s+/);
    // The word for listening is translated; a listener is the one that nobody is connected to.
    const listens = protocol === 'TCP' && /:0$/.test(foreign ?? '') && local?.endsWith(`:${port}`) === true;
    const pid = Number(rest.at(-1));
    if (listens && Number.isInteger(pid) && pid > 0) return pid;
  }
  return null;
}

/** The name of the process in what `tasklist /FO CSV /NH` prints. */
export function nameInTasklist(text: string): string | null {
  return /^"([^"]+)","\d+"/m.exec(text)?.[1] ?? null;
}

/** The inodes of the sockets that listen on a port, in `/proc/net/tcp`. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((row) => {
    const fields = row.trim().split(/\s+/);
    return fields[1]?.endsWith(suffix) === true && fields[3] === '0A' && fields[9] !== undefined ? [fields[9]] : [];
  });
}

async function linuxHolder(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const wanted = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`));
  if (wanted.size === 0) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // Another user's process does not show its files, and one may end while we look.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if (!wanted.has(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ''))) continue;
      return { name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim(), pid: Number(pid) };
    }
  }
  return null;
}

async function say(program: string, argv: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, argv, { timeout: ASK_LIMIT_MS, windowsHide: true })).stdout;
}
