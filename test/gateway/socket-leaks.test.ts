import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { startSocketLab } from './socket-lab.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is open in this process: sockets and timers by kind. */
function open(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (/TCP|Timeout|TLS|Zlib/i.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

test.each([
  ['raw', false],
  ['compressed', true],
])(
  'five hundred %s sessions leave no socket, timer, listener or memory behind',
  { timeout: 60_000 },
  async (_, compress) => {
    const lab = await startSocketLab();
    const { client } = lab.gateway;
    const round = async (sessions: number): Promise<void> => {
      for (let done = 0; done < sessions; done += 25) {
        const tools = await Promise.all(Array.from({ length: 25 }, () => lab.open({ compress })));
        await Promise.all(tools.map((tool) => tool.turn({ service_tier: 'priority' })));
        tools.forEach((tool, at) => {
          // A third each leaves politely, breaks off, and leaves in the middle of a turn.
          if (at % 3 === 0) tool.webSocket.close(1000);
          else if (at % 3 === 1) tool.webSocket.terminate();
          else {
            tool.send({ type: 'response.create', model: 'm' });
            tool.webSocket.close(1000);
          }
        });
        await Promise.all(tools.map(({ closed }) => closed));
      }
      await expect.poll(async () => (await client.call('status.get')).sessions.length, { timeout: 10_000 }).toBe(0);
      await lab.sockets.when(() => lab.sockets.connections.every(({ closed }) => closed !== null));
      lab.sockets.connections.length = 0;
      await lab.forget();
    };
    // Compiled code and caches grow at first, whatever the sessions do.
    await round(300);
    collect();
    const before = open();
    const heap = process.memoryUsage().heapUsed;
    const warnings: string[] = [];
    const warn = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warn);

    await round(500);

    await expect.poll(() => open()['TCPSocketWrap'] ?? 0).toBeLessThanOrEqual(before['TCPSocketWrap'] ?? 0);
    collect();
    expect(open()['Timeout'] ?? 0).toBeLessThanOrEqual((before['Timeout'] ?? 0) + 1);
    expect((process.memoryUsage().heapUsed - heap) / 500).toBeLessThan(4096);
    // Node warns of listeners that pile up.
    expect(warnings).toEqual([]);
    expect((await client.call('status.get')).openTurns).toBe(0);
    process.off('warning', warn);
    await lab.close();
  },
);
