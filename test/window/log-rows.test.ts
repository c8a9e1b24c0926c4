import { describe, expect, test } from 'vitest';
import type { LogLine } from '../../src/shared/calls/app.ts';
import { lineText, logRows } from '../../src/renderer/log-rows.ts';
import { doctorReport } from '../../src/renderer/words/doctor-report.ts';

/** Lines of the log, and the doctor's report, as they are shown and taken along. */
const LINE: LogLine = { at: 1_790_000_000_000, level: 'info', message: 'listening', fields: { port: 4141, host: 'h' } };

describe('the lines of the log', () => {
  test('are newest first, each with a name that stays its own', () => {
    const later = { ...LINE, at: LINE.at + 1, message: 'later' };
    const rows = logRows([LINE, LINE, later]);
    expect(rows.map(({ line }) => line.message)).toEqual(['later', 'listening', 'listening']);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(3);
    const more = logRows([LINE, LINE, later, { ...later, at: later.at + 1 }]);
    expect(more.slice(1).map(({ key }) => key)).toEqual(rows.map(({ key }) => key));
  });

  test('say everything else in short', () => {
    expect(logRows([{ ...LINE, fields: { port: 4141, host: 'h', list: [1, { a: null }] } }])[0]?.fields).toBe(
      'port=4141  host=h  list=[1,{"a":null}]',
    );
  });

  test('are JSON when they are taken along', () => {
    expect(JSON.parse(lineText(LINE))).toEqual({
      time: '2026-09-21T14:13:20.000Z',
      level: 'info',
      message: 'listening',
      port: 4141,
      host: 'h',
    });
  });
});

test('the doctor’s report says each check with what to do', () => {
  const report = doctorReport(
    [
      { id: 'ledger', result: 'ok', detail: 'Turns: 4, sound.', next: '' },
      { id: 'port', result: 'failed', detail: 'Port 4141 is taken.', next: 'Choose another.' },
    ],
    {
      version: '0.1.0',
      startedAt: LINE.at,
      openTurns: 2,
      lostRows: 0,
      policySource: 'settings',
      notices: [{ code: 'port_in_use', message: 'Taken.', next: '', at: 0 }],
    },
    LINE.at,
  );
  expect(report).toContain('Tiergate 0.1.0, running since 2026-09-21T14:13:20.000Z');
  expect(report).toContain('notice port_in_use: Taken.');
  expect(report).toContain(
    'ok       ledger: Turns: 4, sound.\nfailed   port: Port 4141 is taken.\n         -> Choose another.',
  );
});
