import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountAt } from '../../fakes/gateway.ts';
import type { RecordedRequest } from '../../fakes/recorded-request.ts';
import { type Upstream, startUpstream } from '../../fakes/upstream.ts';
import { loosely } from '../../readers/leak.ts';
import { tiersSeen, tiersSeenHere } from '../../readers/tiers-seen.ts';
import { type Lab, startLab } from '../lab.ts';
import { type SocketLab, startSocketLab } from '../socket-lab.ts';
import { type WholeAnswer, send } from '../tool.ts';
import { ATTACKS, type Attack, FRAMES, type FrameAttack } from './attack.ts';

/**
 * Every trick by which a dear tier could get past the policy, once with a rule that filters and once with one that blocks.
 * The table in docs/bypass-matrix.md is made here; `MAKE_MATRIX=1` writes it.
 */
const FILE = new URL('../../../docs/bypass-matrix.md', import.meta.url);

const DEAR = ['priority', 'fast', 'ultrafast'];
const rules = (action: string): object[] => ['priority', 'ultrafast'].map((serviceTier) => ({ serviceTier, action }));

let lab: SocketLab;
let aliases: Lab;
let claude: Upstream;

beforeAll(async () => {
  claude = await startUpstream();
  lab = await startSocketLab();
  aliases = await startLab({ account: { modelMapping: { 'gpt-5.5-fast': 'gpt-5.5', 'GPT-5.5-FAST': 'gpt-5.5' } } });
  both = await startLab({
    settings: {
      accounts: [accountAt(lab.upstream.baseUrl), accountAt(claude.baseUrl, { id: 'claude', provider: 'anthropic' })],
    },
  });
});
let both: Lab;
afterAll(async () => {
  for (const one of [both, aliases, lab]) await one.close();
  await claude.close();
});

interface Outcome {
  readonly verdict: string;
  readonly received: readonly RecordedRequest[];
}

async function attack({ call, alias = false }: Attack, action: string): Promise<Outcome> {
  const one = alias ? aliases : both;
  const upstreams = alias ? [aliases.upstream] : [lab.upstream, claude];
  await one.gateway.client.call('policy.set', { policy: { rules: rules(action) } });
  await one.newRows();
  for (const upstream of upstreams) upstream.reset();
  const answer = await send(one.origin, call).catch((error: unknown) => error as Error);
  for (const upstream of upstreams) await upstream.idle();
  const rows = await one.newRows();
  const received = upstreams.flatMap(({ requests }) => requests);
  return {
    verdict: answer instanceof Error ? 'connection refused' : verdictOf(answer, rows[0]?.verdict ?? null),
    received,
  };
}

function verdictOf(answer: WholeAnswer, verdict: string | null): string {
  if (answer.status < 300) return verdict ?? 'pass';
  const code = /"code":"(\w+)"/.exec(answer.text)?.[1] ?? 'HTTP';
  return `${answer.status} ${code}`;
}

/** What this machine's readers see; those that need another program are asked in the assertions only. */
function readersCell({ document, path }: Pick<Attack, 'document' | 'path'>): string {
  if (document === undefined) return '–';
  const seen = [...tiersSeenHere(document, path ?? ['service_tier'])];
  const said = new Map<string, string[]>();
  for (const [reader, tier] of seen) {
    const word = tier === null ? '–' : tier === 'refused' ? '✗' : `\`${printable(tier)}\``;
    said.set(word, [...(said.get(word) ?? []), reader]);
  }
  return said.size === 1
    ? `all ${[...said.keys()][0] ?? ''}`
    : [...said].map(([word, readers]) => `${readers.join(', ')} ${word}`).join('; ');
}

function printable(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('|', '\\|')
    .replaceAll('`', "'")
    .replaceAll(/[^\x20-\x7e]/g, (letter) => `U+${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function receivedCell(received: readonly RecordedRequest[]): string {
  const [request] = received;
  if (request === undefined) return 'nothing';
  if (!request.complete) return 'a form broken off before the part';
  const hint = [...request.header('x-codex-routing-hint'), ...request.header('anthropic-beta')].map(
    (one) => ` + \`${printable(one)}\``,
  );
  const body = request.body.length === 0 ? 'no body' : `\`${cut(printable(request.body.toString()))}\``;
  return body + hint.join('');
}

function cut(text: string): string {
  return text.length <= 110 ? text : `${text.slice(0, 80)} … ${text.slice(-25)}`;
}

/** Any reader, Python's too, of anything that was received. */
async function leaksOf(upstreams: readonly Upstream[]): Promise<string[]> {
  return (await Promise.all(upstreams.map((upstream) => upstream.leaks(DEAR)))).flat();
}

async function asksForDear({ document, path }: Pick<Attack, 'document' | 'path'>): Promise<boolean> {
  if (document === undefined) return false;
  const seen = await tiersSeen(document, path ?? ['service_tier']);
  return [...seen.values()].some((tier) => tier !== null && DEAR.map(loosely).includes(loosely(tier)));
}

const lines: string[] = [];
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const HEAD = ['trick', 'what readers see', 'with a filter', 'what the provider received', 'with a block'];

for (const { title, attacks } of ATTACKS) {
  describe(title, () => {
    beforeAll(() => {
      lines.push('', `## ${title}`, '', row(HEAD), row(HEAD.map(() => '---')));
    });
    test.each(attacks.map((one) => [one.trick, one] as const))('%s', async (trick, one) => {
      const upstreams = [lab.upstream, claude, aliases.upstream];
      const filtered = await attack(one, 'filter');
      expect(await leaksOf(upstreams)).toEqual([]);
      const received = receivedCell(filtered.received);
      const blocked = await attack(one, 'block');
      expect(await leaksOf(upstreams)).toEqual([]);
      // Where any reader sees a dear tier, a block lets nothing whole through.
      if (await asksForDear(one)) expect(blocked.received.filter(({ complete }) => complete)).toEqual([]);
      lines.push(row([printable(trick), readersCell(one), filtered.verdict, received, blocked.verdict]));
    });
  });
}

async function strike(
  { frame, binary = false }: FrameAttack,
  action: string,
): Promise<{ verdict: string; received: string[] }> {
  await lab.gateway.client.call('policy.set', { policy: { rules: rules(action) } });
  const before = lab.sockets.messages.length;
  const tool = await lab.open();
  tool.webSocket.send(binary ? Buffer.from(frame) : frame, { binary });
  // A frame that passes is answered or followed by this turn's answer; one that does not ends the session.
  tool.webSocket.send('{"type":"response.create","model":"gpt-5.5","input":[],"marker":true}');
  const ended = tool.closed.then(({ code }) => `closed ${code}`);
  const passed = tool.event('response.completed').then(
    () => 'passed',
    () => ended,
  );
  const how = await Promise.race([ended, passed]);
  const error = tool.events.find(({ type }) => type === 'error')?.['error'] as { code?: string } | undefined;
  tool.webSocket.terminate();
  await tool.closed;
  const received = lab.sockets.messages
    .slice(before)
    .map(({ text }) => text)
    .filter((text) => !text.includes('"marker"'));
  const [row0] = await lab.newRows();
  return { verdict: error?.code ?? (how === 'passed' ? (row0?.verdict ?? 'pass') : how), received };
}

describe('WebSocket frames', () => {
  beforeAll(() => {
    lines.push('', '## WebSocket frames', '', row(HEAD), row(HEAD.map(() => '---')));
  });
  test.each(FRAMES.map((one) => [one.trick, one] as const))('%s', async (trick, one) => {
    const document = Buffer.from(one.frame);
    const filtered = await strike(one, 'filter');
    const blocked = await strike(one, 'block');
    for (const text of [...filtered.received, ...blocked.received]) {
      for (const path of [
        ['service_tier'],
        ['response', 'service_tier'],
        ['session', 'service_tier'],
        one.path ?? [],
      ]) {
        for (const tier of (await tiersSeen(Buffer.from(text), path)).values())
          expect(tier === null || !DEAR.map(loosely).includes(loosely(tier))).toBe(true);
      }
    }
    if (await asksForDear({ document, path: one.path ?? ['service_tier'] })) expect(blocked.received).toEqual([]);
    const [first] = filtered.received;
    const received = first === undefined ? 'nothing' : `\`${cut(printable(first))}\``;
    lines.push(
      row([
        trick,
        readersCell({ document, path: one.path ?? ['service_tier'] }),
        filtered.verdict,
        received,
        blocked.verdict,
      ]),
    );
  });
});

const INTRO = `# The bypass matrix

A gateway is a parser in front of a parser: every difference between the two is a way around the policy. Each row below is one
trick, tried against the whole gateway by \`test/gateway/bypass/bypass-matrix.test.ts\`, which also makes this page: once with rules that
filter Fast and Ultrafast and once with rules that block them. "What readers see" is what five JSON readers make of the document where the
tier belongs: \`node\` (JSON.parse), \`go\` (a struct of encoding/json), \`gjson\`, \`cjson\`, and \`strict\`, which refuses duplicates; "–" is no tier, "✗" is a refusal
of the whole document. The test also asks Python's json, twice. No row lets a dear tier reach the provider under any of them.`;

test('the page is what was found, and there are enough rows', () => {
  const text = `${INTRO}\n${lines.join('\n')}\n`;
  const rows = lines.filter(
    (line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| trick'),
  );
  expect(rows.length).toBeGreaterThanOrEqual(120);
  if (process.env['MAKE_MATRIX'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
