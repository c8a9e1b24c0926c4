import { describe, expect, it } from 'vitest';
import { exitCodeOf, isStale, isStillborn, planStart, type Surroundings } from '../../build/start-plan.ts';

const bare: Surroundings = {
  platform: 'linux',
  environment: {},
  installed: null,
  isProgram: () => true,
  fetchFailed: false,
};
const screen = { DISPLAY: ':0' };

describe('how Tiergate is started', () => {
  it.each<[string, Partial<Surroundings>, ReturnType<typeof planStart>['kind']]>([
    ['Linux without a display', { installed: '/electron' }, 'headless'],
    ['Linux with an empty DISPLAY', { environment: { DISPLAY: '' }, installed: '/electron' }, 'headless'],
    ['Linux with X', { environment: screen, installed: '/electron' }, 'desktop'],
    ['Linux with Wayland', { environment: { WAYLAND_DISPLAY: 'wayland-0' }, installed: '/electron' }, 'desktop'],
    ['a Mac', { platform: 'darwin', installed: '/electron' }, 'desktop'],
    ['Windows', { platform: 'win32', installed: '/electron' }, 'desktop'],
    ['a display and no Electron', { environment: screen }, 'fetch'],
    ['a display and no Electron to be had', { environment: screen, fetchFailed: true }, 'headless'],
    ['neither display nor Electron', {}, 'headless'],
    ['a named program', { environment: { ...screen, TIERGATE_ELECTRON: '/mine' } }, 'desktop'],
    ['a named program and no display', { environment: { TIERGATE_ELECTRON: '/mine' } }, 'headless'],
    [
      'a named program that is none',
      { environment: { ...screen, TIERGATE_ELECTRON: '/mine' }, isProgram: () => false },
      'headless',
    ],
  ])('on %s', (_name, surroundings, kind) => {
    expect(planStart({ ...bare, ...surroundings }).kind).toBe(kind);
  });

  it('takes the named program before the installed one', () => {
    const environment = { ...screen, TIERGATE_ELECTRON: '/mine' };
    expect(planStart({ ...bare, environment, installed: '/electron' })).toEqual({ kind: 'desktop', program: '/mine' });
  });

  it('says why there is no window', () => {
    expect(planStart(bare)).toMatchObject({ reason: expect.stringContaining('no display') as string });
    const environment = { ...screen, TIERGATE_ELECTRON: '/mine' };
    expect(planStart({ ...bare, environment, isProgram: () => false })).toMatchObject({
      reason: expect.stringContaining('/mine') as string,
    });
  });
});

describe('whether to build first', () => {
  it.each<[string, number[], (number | null)[], boolean]>([
    ['everything is newer', [1, 2], [3, 3], false],
    ['one result is missing', [1, 2], [3, null], true],
    ['one result is older', [1, 5], [6, 4], true],
    ['a result is as old as its source', [5], [5], false],
  ])('when %s', (_name, sources, results, stale) => {
    expect(isStale(sources, results)).toBe(stale);
  });
});

describe('what an ending means', () => {
  const ending = { code: 127, signal: null, lasted: 40, asked: false } as const;

  it('takes an early failure for a desktop that cannot run here', () => {
    expect(isStillborn(ending)).toBe(true);
    expect(isStillborn({ ...ending, code: null, signal: 'SIGTRAP' })).toBe(true);
  });

  it.each([
    ['it ended well', { ...ending, code: 0 }],
    ['it was asked to', { ...ending, asked: true }],
    ['it had been running', { ...ending, lasted: 60_000 }],
  ])('does not when %s', (_name, one) => {
    expect(isStillborn(one)).toBe(false);
  });

  it('passes on the exit code, and a signal the way shells do', () => {
    expect(exitCodeOf({ ...ending, code: 3 }, {})).toBe(3);
    expect(exitCodeOf({ ...ending, code: null, signal: 'SIGTERM' }, { SIGTERM: 15 })).toBe(143);
    expect(exitCodeOf({ ...ending, code: null }, {})).toBe(1);
  });
});
