import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLaunchOptions } from '../../../src/main/desktop/launch-options.ts';

describe('the command line of the app', () => {
  it.each([
    [['.'], undefined, { hidden: false }],
    [['.', '--home', '/data', '--port', '5000'], undefined, { hidden: false, home: resolve('/data'), port: 5000 }],
    [['--home=/data', '--hidden'], '/other', { hidden: true, home: resolve('/data') }],
    [[], '/other', { hidden: false, home: resolve('/other') }],
    [[], '', { hidden: false }],
    [['--port', '0'], undefined, { hidden: false, port: 0 }],
    // What Electron, Chromium and Playwright put there.
    [
      ['--inspect=0', '--remote-debugging-port=0', '--no-sandbox', '.', '--port=1'],
      undefined,
      { hidden: false, port: 1 },
    ],
  ])('%j', (argv, environmentHome, options) => {
    expect(readLaunchOptions(argv, environmentHome)).toEqual({ ok: true, options });
  });

  it.each([
    [['--home'], '--home'],
    [['--home='], '--home'],
    [['--port'], '--port'],
    [['--port', 'abc'], '--port'],
    [['--port', '70000'], '--port'],
    [['--port', '-1'], '--port'],
  ])('%j is refused, naming what is wrong', (argv, named) => {
    const reading = readLaunchOptions(argv, undefined);
    expect(reading).toEqual({ ok: false, problem: expect.stringContaining(named) as string });
  });
});
