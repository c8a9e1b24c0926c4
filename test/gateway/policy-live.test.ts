import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Push } from '../../src/shared/control.ts';
import { writeSettings, accountAt } from '../fakes/gateway.ts';
import { type Lab, startLab } from './lab.ts';
import { TURN, begin, send } from './tool.ts';

/** An edit of the policy counts from the next request on, wherever it was made, and never leaves a moment without a policy. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
beforeEach(async () => {
  await setRules([{ id: 'no-fast', serviceTier: 'priority', action: 'filter' }]);
  await lab.forget();
});
afterAll(() => lab.close());

const FAST = { ...TURN, service_tier: 'fast' };

async function setRules(rules: readonly object[]): Promise<void> {
  await lab.gateway.client.call('policy.set', { policy: { rules } });
}

/** The tier the provider got in one more Fast turn; null is none. */
async function tierUp(): Promise<unknown> {
  expect((await send(lab.origin, { body: FAST })).status).toBe(200);
  return (lab.upstream.last.json as { service_tier?: unknown }).service_tier ?? null;
}

/** The next push that the test accepts; watched from before the edit on. */
function pushed(accept: (push: Push) => boolean): Promise<Push> {
  return new Promise((resolve) => {
    const end = lab.gateway.client.subscribe((push) => {
      if (!accept(push)) return;
      end();
      resolve(push);
    });
  });
}

describe('an edit between two requests', () => {
  test('over the control contract counts for the second', async () => {
    expect(await tierUp()).toBeNull();
    await setRules([]);
    expect(await tierUp()).toBe('priority');
    await setRules([{ serviceTier: 'fast', action: 'force', forceTo: 'flex' }]);
    expect(await tierUp()).toBe('flex');
    await setRules([{ serviceTier: 'all', action: 'block' }]);
    expect((await send(lab.origin, { body: FAST })).status).toBe(403);
    const rows = await lab.newRows();
    expect(rows.map(({ verdict, tiers }) => [verdict, tiers.sent])).toEqual([
      ['filter', null],
      ['pass', 'priority'],
      ['force', 'flex'],
      ['block', null],
    ]);
  });

  test('in the settings file counts once it has been told', async () => {
    const told = pushed(({ type }) => type === 'policy');
    writeSettings(lab.gateway.home, { accounts: [accountAt(lab.upstream.baseUrl)], policy: { rules: [] } });
    expect(await told).toMatchObject({ policy: { rules: [] } });
    expect(await tierUp()).toBe('priority');
  });

  test('that breaks the file changes nothing but the notices, which name the member', async () => {
    const told = pushed((push) => push.type === 'status' && push.status.notices.length > 0);
    const file = join(lab.gateway.home, 'settings.json');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('"filter"', '"filtre"'));
    const push = await told;
    expect(push).toMatchObject({ status: { policySource: 'last-good', notices: [{ code: 'settings_invalid' }] } });
    expect(JSON.stringify(push)).toContain('policy.rules[0].action');
    expect(await tierUp()).toBeNull();

    const mended = pushed((push) => push.type === 'status' && push.status.notices.length === 0);
    writeFileSync(file, before);
    await mended;
    expect(await tierUp()).toBeNull();
  });

  test('that is refused changes nothing', async () => {
    await expect(setRules([{ serviceTier: 'priority', action: 'allow' }])).rejects.toMatchObject({
      code: 'policy_invalid',
    });
    await expect(setRules([{ serviceTier: 'priority', action: 'pass', extra: 1 }])).rejects.toThrow('rules[0].extra');
    expect(await tierUp()).toBeNull();
  });

  test('does not touch the turn that has begun', async () => {
    const gate = Promise.withResolvers<undefined>();
    lab.upstream.next({ kind: 'answer', pause: (event) => (event === 3 ? gate.promise : undefined) });
    const answer = await begin(lab.origin, { body: { ...FAST, stream: true } });
    await setRules([{ serviceTier: 'all', action: 'block' }]);
    gate.resolve(undefined);
    expect((await answer.whole()).broken).toBe(false);
    expect(await lab.newRows()).toMatchObject([{ verdict: 'filter', status: 200 }]);
  });

  test('comes many times among open requests, and no Fast turn slips through', async () => {
    let going = true;
    const tool = async (): Promise<void> => {
      while (going) await send(lab.origin, { body: FAST });
    };
    const tools = [tool(), tool(), tool()];
    for (let edit = 0; edit < 30; edit += 1) {
      await setRules([
        { id: `edit-${edit}`, serviceTier: 'flex', action: 'pass' },
        { serviceTier: 'priority', action: edit % 2 === 0 ? 'filter' : 'block' },
      ]);
    }
    going = false;
    await Promise.all(tools);
    expect(lab.upstream.requests.length).toBeGreaterThan(10);
    expect(await lab.upstream.leaks(['priority', 'fast'])).toEqual([]);
  }, 30_000);
});
