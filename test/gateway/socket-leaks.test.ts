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
  'hundreds of %s sessions leave no socket, timer, listener or memory behind',
  { timeout: 60_000 },
  async (_, compress) => {
    const lab = await startSocketLab();
    const { client } = lab.gateway;
    const round = async (sessions: number): Promise<number> => {
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
      // What the fake provider recorded is no leak of the gateway's.
      lab.sockets.reset();
      await lab.forget();
      collect();
      return process.memoryUsage().heapUsed;
    };
    // Compiled code and caches grow at first, whatever the sessions do.
    const heaps = [await round(300)];
    const before = open();
    const warnings: string[] = [];
    const warn = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warn);

    for (let left = 4; left > 0; left -= 1) heaps.push(await round(200));

    await expect.poll(() => open()['TCPSocketWrap'] ?? 0).toBeLessThanOrEqual(before['TCPSocketWrap'] ?? 0);
    expect(open()['Timeout'] ?? 0).toBeLessThanOrEqual((before['Timeout'] ?? 0) + 1);
    // Code may be compiled in any round; what a session leaves behind, over 10 KB of sockets and parsers, grows in each.
    const grown = heaps.slice(1).map((heap, at) => (heap - (heaps[at] ?? 0)) / 200);
    expect(Math.min(...grown)).toBeLessThan(2048);
    // Node warns of listeners that pile up.
    expect(warnings).toEqual([]);
    expect((await client.call('status.get')).openTurns).toBe(0);
    process.off('warning', warn);
    await lab.close();
  },
);
