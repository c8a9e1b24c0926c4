import { afterEach, describe, expect, test } from 'vitest';
import { type SocketLab, startSocketLab } from '../gateway/socket-lab.ts';
import { codex, missing } from './codex.ts';
import { CLIENT_TIMEOUT, type Run } from './run-client.ts';

let lab: SocketLab | null = null;

afterEach(async () => {
  await lab?.close();
  lab = null;
});

/** Codex over a provider of its own name, which takes WebSockets. */
const run = ({ gateway }: SocketLab): Promise<Run> =>
  codex(gateway.baseUrl, 'name = "lab"\nenv_key = "LAB_LOCAL_KEY"\nsupports_websockets = true\n');

interface CodexFrame {
  readonly type?: string;
  readonly generate?: boolean;
  readonly service_tier?: string;
  readonly input?: readonly { readonly type?: string }[];
}

/** The tool the model calls first; what Codex offers depends on its version. */
const CALL = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'shell', status: 'completed' };

function done(id: string, output: readonly object[]): object[] {
  const usage = {
    input_tokens: 50,
    input_tokens_details: { cached_tokens: 5 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 57,
  };
  return [
    { type: 'response.created', response: { id, model: 'gpt-5.5' } },
    ...output.map((item) => ({ type: 'response.output_item.done', output_index: 0, item })),
    {
      type: 'response.completed',
      response: { id, model: 'gpt-5.5', status: 'completed', service_tier: 'default', output, usage },
    },
  ];
}

const SAID = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'All done here.', annotations: [] }],
};

/** Two turns with a tool call between them, after the prewarm. */
function play(tools: string): (message: { readonly text: string }, number: number) => object[] {
  const call = tools.includes('"exec_command"')
    ? { ...CALL, name: 'exec_command', arguments: JSON.stringify({ cmd: 'echo tiergate-was-here' }) }
    : { ...CALL, arguments: JSON.stringify({ command: ['bash', '-lc', 'echo tiergate-was-here'] }) };
  return ({ text }, number) => {
    const frame = JSON.parse(text) as CodexFrame;
    if (frame.generate === false) return done(`resp_${number}`, []);
    const answered = frame.input?.some(({ type }) => type === 'function_call_output') === true;
    return done(`resp_${number}`, answered ? [SAID] : [call]);
  };
}

describe.skipIf(missing)('Codex itself', () => {
  test('runs two turns with a tool call over a WebSocket, and its Fast never goes up', CLIENT_TIMEOUT, async () => {
    lab = await startSocketLab();
    const { sockets } = lab;
    sockets.script = (message, number) => play(sockets.messages[0]?.text ?? '')(message, number);
    const { code, output } = await run(lab);
    expect(output).toContain('All done here.');
    expect(code).toBe(0);

    const frames = sockets.messages.map(({ text }) => JSON.parse(text) as CodexFrame);
    const turns = frames.filter(({ type, generate }) => type === 'response.create' && generate !== false);
    expect(turns.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(turns)).toContain('tiergate-was-here');
    expect(frames.filter((frame) => frame.service_tier !== undefined)).toEqual([]);
    expect(lab.upstream.requests).toEqual([]);
    expect(lab.upstream.violations).toEqual([]);

    const rows = await lab.newRows();
    expect(rows.length).toBe(frames.length);
    for (const row of rows) {
      expect(row).toMatchObject({
        transport: 'websocket',
        verdict: 'filter',
        tiers: { requested: 'priority', sent: null, served: 'default', billed: 'default' },
        tokens: { input: 50, output: 7 },
        partial: false,
        error: null,
      });
    }
  });

  test('goes on over HTTP at once where the upstream takes no WebSocket', CLIENT_TIMEOUT, async () => {
    lab = await startSocketLab({ upstream: { script: { kind: 'answer', text: 'Over HTTP then.' } } });
    lab.sockets.refuse = { kind: 'status', status: 403 };
    const { code, output } = await run(lab);
    expect(output).toContain('Over HTTP then.');
    expect(code).toBe(0);
    expect(lab.sockets.handshakes).toBe(1);
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
    const rows = await lab.newRows();
    expect(rows.map(({ transport, verdict, tiers }) => [transport, verdict, tiers.sent])).toEqual([
      ['http', 'filter', null],
    ]);
  });

  test('shows why a rule blocks it, and stops', CLIENT_TIMEOUT, async () => {
    const rule = { serviceTier: 'priority', action: 'block', errorMessage: 'Fast is switched off on this machine' };
    lab = await startSocketLab({ settings: { policy: { rules: [rule] } } });
    const { code, output } = await run(lab);
    expect(output).toContain('Fast is switched off on this machine');
    expect(code).not.toBe(0);
    expect(lab.sockets.messages).toEqual([]);
    expect(lab.upstream.requests).toEqual([]);
    const rows = await lab.newRows();
    expect(rows.length).toBeLessThanOrEqual(2);
    for (const row of rows) expect(row).toMatchObject({ verdict: 'block', tiers: { sent: null } });
  });
});
