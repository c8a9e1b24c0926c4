import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { exportText } from '../../src/main/ledger/export.ts';
import { TURN_KINDS, sampleTurn } from '../fakes/turn-sample.ts';

/** A table as a spreadsheet reads it. */
function read(text: string): Record<string, string>[] {
  return parse(text, { columns: true, record_delimiter: '\r\n' });
}

describe('a table', () => {
  test('has a head once, and a row for each turn', () => {
    const text = exportText(TURN_KINDS.slice(0, 4), 'csv', true) + exportText(TURN_KINDS.slice(4), 'csv', false);
    const rows = read(text);
    expect(rows.map(({ id }) => id)).toEqual(TURN_KINDS.map(({ id }) => id));
    expect(rows.map((row) => row['tier_billed'])).toEqual(TURN_KINDS.map(({ tiers }) => tiers.billed ?? ''));
    expect(rows.map((row) => row['tokens_input'])).toEqual(TURN_KINDS.map(({ tokens }) => String(tokens.input ?? '')));
  });

  test('keeps every digit of money, and nothing where it is not known', () => {
    const cost = { input: 1, cached: 0, cacheWrite: 0, cacheWriteHour: 0, output: 2, total: 9_007_199_254_740_991 };
    const [known, small, unknown] = read(
      exportText(
        [sampleTurn(1, { cost }), sampleTurn(2, { cost: { ...cost, total: 3 }, saved: -5 }), sampleTurn(3)],
        'csv',
        true,
      ),
    );
    expect(known).toMatchObject({ cost_total_picousd: '9007199254740991', cost_total_usd: '9007.199254740991' });
    expect(small).toMatchObject({ cost_total_usd: '0.000000000003', saved_picousd: '-5' });
    expect(unknown).toMatchObject({ cost_total_picousd: '', cost_total_usd: '' });
  });

  test('tells an hour of cache from the rest, in tokens and money', () => {
    const tokens = { cacheWrite: 700, cacheWriteHour: 400 };
    const cost = { input: 1, cached: 2, cacheWrite: 3, cacheWriteHour: 4, output: 5, total: 15 };
    expect(read(exportText([sampleTurn(1, { tokens, cost })], 'csv', true))).toMatchObject([
      {
        tokens_cache_write: '700',
        tokens_cache_write_1h: '400',
        cost_cache_write_picousd: '3',
        cost_cache_write_1h_picousd: '4',
      },
    ]);
  });

  test.each([
    ['=HYPERLINK("http://evil.example","click")'],
    ['+1+cmd|’ /C calc’!A0'],
    ['-1+1'],
    ['@SUM(1)'],
    ['\t=1'],
    ['\r=1'],
    ['＝1'],
  ])('from which a spreadsheet takes %j as text', (model) => {
    const text = exportText([sampleTurn(1, { models: { requested: model }, rule: model })], 'csv', true);
    const [row] = read(text);
    expect(row).toMatchObject({ model_requested: `'${model}`, rule: `'${model}` });
  });

  test('holds quotes, commas and line breaks of names in their cells', () => {
    const name = 'a "quoted", name\r\nin two lines';
    expect(read(exportText([sampleTurn(1, { models: { served: name } })], 'csv', true))[0]).toMatchObject({
      model_served: name,
    });
  });
});

test('lines of JSON are the turns themselves', () => {
  const text = exportText(TURN_KINDS, 'jsonl', true);
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(TURN_KINDS);
  expect(exportText([], 'jsonl', true)).toBe('');
});
