import { afterEach, describe, expect, test } from 'vitest';
import { startLab, type Lab, type LabOptions } from './lab.ts';
import { type WholeAnswer, send } from './tool.ts';

/** The models in the shape that Codex reads: a tier is offered where a turn that asks for it would run at it. */
let lab: Lab;

afterEach(() => lab.close());

async function start(options: LabOptions = {}): Promise<void> {
  lab = await startLab(options);
}

async function get(path: string, headers: Record<string, string> = {}): Promise<WholeAnswer> {
  const none = { 'content-type': undefined, 'content-length': undefined };
  return send(lab.origin, { method: 'GET', path, body: '', headers: { ...none, ...headers } });
}

const CATALOG_PATH = '/v1/models?client_version=0.169.0';

interface CatalogModel {
  readonly slug: string;
  readonly visibility?: string;
  readonly base_instructions?: string;
  readonly service_tiers?: readonly { readonly id: string }[];
  readonly additional_speed_tiers?: readonly string[];
  readonly default_service_tier?: string | null;
}

function modelsIn({ text }: WholeAnswer): readonly CatalogModel[] {
  return (JSON.parse(text) as { models: readonly CatalogModel[] }).models;
}

/** What each model offers, by its name. */
function offers(answer: WholeAnswer): Record<string, readonly (string | null | undefined)[]> {
  return Object.fromEntries(
    modelsIn(answer).map((model) => [
      model.slug,
      [
        ...(model.service_tiers ?? []).map(({ id }) => id),
        ...(model.additional_speed_tiers ?? []),
        model.default_service_tier,
      ],
    ]),
  );
}

const tier = (id: string): object => ({ id, name: id, description: id });
const MODEL = {
  display_name: 'A model',
  visibility: 'list',
  unknown_to_us: 12_345_678_901_234_567_890n.toString(),
  service_tiers: [tier('priority'), tier('ultrafast')],
  additional_speed_tiers: ['fast', 'ultrafast'],
  default_service_tier: 'priority',
};
const CATALOG = JSON.stringify({ models: ['gpt-6-sol', 'gpt-5.5'].map((slug) => ({ slug, ...MODEL })), extra: 1 });

const rule = (serviceTier: string, action: string, more: object = {}): object => ({ serviceTier, action, ...more });

describe('the upstream’s catalog', () => {
  test.each<[string, readonly object[], readonly (string | null)[]]>([
    ['the default policy', [rule('priority', 'filter'), rule('ultrafast', 'filter')], [null]],
    ['Fast is blocked', [rule('priority', 'block')], ['ultrafast', 'ultrafast', null]],
    ['everything is forced to Flex', [rule('all', 'force', { forceTo: 'flex' })], [null]],
    [
      'ultrafast is forced to Fast',
      [rule('ultrafast', 'force', { forceTo: 'priority' })],
      ['priority', 'fast', 'priority'],
    ],
    ['nothing is ruled', [], ['priority', 'ultrafast', 'fast', 'ultrafast', 'priority']],
    [
      'Fast is only watched',
      [rule('priority', 'filter', { observeOnly: true })],
      ['priority', 'ultrafast', 'fast', 'ultrafast', 'priority'],
    ],
    [
      'Fast is another tool’s',
      [rule('priority', 'filter', { tools: ['other'] })],
      ['priority', 'ultrafast', 'fast', 'ultrafast', 'priority'],
    ],
  ])('offers what would run where %s', async (_, rules, offered) => {
    await start({ settings: { policy: { rules } }, upstream: { script: { kind: 'answer', body: CATALOG } } });
    const answer = await get(CATALOG_PATH);
    expect(lab.upstream.last.path).toBe(CATALOG_PATH);
    expect(offers(answer)).toEqual({ 'gpt-6-sol': offered, 'gpt-5.5': offered });
    expect(JSON.parse(answer.text)).toMatchObject({ extra: 1, models: [{ unknown_to_us: MODEL.unknown_to_us }, {}] });
    expect(await lab.newRows()).toEqual([]);
  });

  test('goes byte for byte with the upstream’s tag where nothing has to change', async () => {
    const script = { kind: 'answer', body: ` ${CATALOG}`, headers: { etag: '"c1"' } } as const;
    await start({ settings: { policy: { rules: [] } }, upstream: { script } });
    const answer = await get(CATALOG_PATH);
    expect([answer.text, answer.header('etag')]).toEqual([` ${CATALOG}`, '"c1"']);
    expect((await get(CATALOG_PATH, { 'if-none-match': '"c1"' })).status).toBe(304);
  });

  test('is told from what it was before the policy changed', async () => {
    const script = { kind: 'answer', body: CATALOG, headers: { etag: '"c1"' } } as const;
    await start({ settings: { policy: { rules: [] } }, upstream: { script } });
    const tag = (await get(CATALOG_PATH)).header('etag') ?? '';
    await lab.gateway.client.call('policy.set', { policy: { rules: [rule('priority', 'filter')] } });
    const changed = await get(CATALOG_PATH, { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(offers(changed)['gpt-5.5']).toEqual(['ultrafast', 'ultrafast', null]);
    expect(changed.header('etag')).not.toBe(tag);
    const same = await get(CATALOG_PATH, { 'if-none-match': changed.header('etag') ?? '' });
    expect([same.status, same.text]).toEqual([304, '']);
  });

  test('judges a model by the name it has upstream, and hides the names that a mapping adds', async () => {
    const rules = [rule('all', 'filter', { models: ['gpt-5.5'], fallbackAction: 'pass' })];
    const account = { modelMapping: { old: 'gpt-5.5', other: 'gpt-6-sol', '*': '*' } };
    await start({ account, settings: { policy: { rules } }, upstream: { script: { kind: 'answer', body: CATALOG } } });
    const answer = await get(CATALOG_PATH);
    const fast = ['priority', 'ultrafast', 'fast', 'ultrafast', 'priority'];
    expect(offers(answer)).toEqual({ 'gpt-6-sol': fast, 'gpt-5.5': [null], old: [null], other: fast });
    expect(modelsIn(answer).map(({ visibility }) => visibility)).toEqual(['list', 'list', 'hide', 'hide']);
  });
});

describe('a catalog made here', () => {
  const LIST = JSON.stringify({ data: ['gpt-5.5', 'gpt-6.1-sol', 'own-model', 'whisper-1'].map((id) => ({ id })) });

  test('stands for an upstream that has only a list', async () => {
    await start({ settings: { policy: { rules: [] } }, upstream: { script: { kind: 'answer', body: LIST } } });
    const answer = await get(CATALOG_PATH);
    expect(offers(answer)).toEqual({
      'gpt-5.5': ['priority', 'fast', null],
      'gpt-6.1-sol': ['priority', 'ultrafast', 'fast', 'ultrafast', null],
      'own-model': [null],
    });
    for (const model of modelsIn(answer)) expect(model.base_instructions).toContain('coding agent');
    await lab.gateway.client.call('policy.set', { policy: { rules: [rule('priority', 'filter')] } });
    expect(offers(await get(CATALOG_PATH))['gpt-6.1-sol']).toEqual(['ultrafast', 'ultrafast', null]);
  });

  test('names what the mapping names where the upstream has no list', async () => {
    const account = { provider: 'compatible', modelMapping: { mine: 'x/y', 'gpt-5*': '*' } };
    await start({ account, upstream: { script: { kind: 'error', status: 404 } } });
    expect(offers(await get(CATALOG_PATH))).toEqual({ mine: [null] });
    expect(JSON.parse((await get('/v1/models')).text)).toMatchObject({ object: 'list', data: [{ id: 'mine' }] });
  });

  test('is none where nothing is known: the upstream’s word goes through', async () => {
    await start({ upstream: { script: { kind: 'error', status: 404 } } });
    expect((await get('/v1/models')).status).toBe(404);
  });

  test('names what the sandbox plays, without asking anybody', async () => {
    await start({ settings: { accounts: [] } });
    const list = JSON.parse((await get('/v1/models')).text) as { data: readonly { id: string }[] };
    expect(list.data.map(({ id }) => id)).toContain('gpt-5.5');
    expect(JSON.parse((await get('/v1/models/gpt-5.5')).text)).toMatchObject({ id: 'gpt-5.5', object: 'model' });
    expect(lab.upstream.requests).toEqual([]);
  });

  test('tells Anthropic’s tools the names that an OpenAI account is mapped for', async () => {
    await start({ account: { modelMapping: { 'claude-opus-5': 'gpt-5.5', '*': '*' } } });
    const answer = await get('/v1/models', { 'anthropic-version': '2023-06-01' });
    expect(JSON.parse(answer.text)).toMatchObject({
      data: [{ type: 'model', id: 'claude-opus-5' }],
      has_more: false,
      first_id: 'claude-opus-5',
    });
    expect(lab.upstream.requests).toEqual([]);
  });
});
