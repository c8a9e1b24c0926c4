import { describe, expect, it } from 'vitest';
import { linkIn, readDeepLink } from '../../../src/main/desktop/deep-link.ts';
import { speechOf } from '../../../src/main/desktop/desktop-words.ts';

/** Anybody can make a link and get somebody to click it: the list is short, and what acts is asked about first. */
const SPEECH = speechOf('en');

describe('an attack by link', () => {
  it.each([
    'https://tiergate/open',
    'tiergate://user:password@pause',
    'tiergate://pause:80',
    'tiergate://pause#x',
    'tiergate://pause?minutes=0',
    'tiergate://pause?minutes=-1',
    'tiergate://pause?minutes=1e3',
    'tiergate://pause?minutes=1441',
    'tiergate://pause?minutes=5&minutes=6',
    'tiergate://pause?minutes=5&then=quit',
    'tiergate://pause/../fast/allow/now',
    'tiergate://fast/allow?minutes=99999',
    'tiergate://open/../../etc/passwd',
    'tiergate://open/<script>',
    'tiergate://quit',
    'tiergate://policy/set?rules=[]',
    'tiergate:javascript:alert(1)',
    `tiergate://open/${'a'.repeat(300)}`,
    'not a link',
    '',
  ])('%s asks for nothing', (link) => {
    expect(readDeepLink(link, SPEECH)).toBeNull();
  });

  it('that would act is always a question first', () => {
    for (const link of [
      'tiergate://pause',
      'tiergate://resume',
      'tiergate://fast/allow?minutes=60',
      'tiergate://fast/none',
      'tiergate://fast/policy',
    ])
      expect(readDeepLink(link, SPEECH)?.question).toMatch(/\?/);
  });
});

describe('a link', () => {
  it.each([
    ['tiergate://open', { do: 'open-window' }],
    ['tiergate://open/', { do: 'open-window' }],
    ['tiergate://open/policy', { do: 'open-window', page: 'policy' }],
    ['tiergate://fast/none?minutes=15', { do: 'fast', wish: { kind: 'none', minutes: 15 } }],
    ['tiergate://fast/none', { do: 'fast', wish: { kind: 'none', minutes: null } }],
    ['tiergate://fast/allow', { do: 'fast', wish: { kind: 'allowed', minutes: 60 } }],
    ['tiergate://fast/policy', { do: 'fast', wish: { kind: 'policy' } }],
    ['tiergate://pause?minutes=15', { do: 'pause', minutes: 15 }],
    ['tiergate://resume', { do: 'resume' }],
  ])('%s asks for one thing', (link, action) => {
    expect(readDeepLink(link, SPEECH)?.action).toEqual(action);
  });

  it('says what it costs before Fast is allowed', () => {
    expect(readDeepLink('tiergate://fast/allow?minutes=30', SPEECH)?.question).toContain(
      '30 minutes? It costs a multiple',
    );
  });

  it('is found among the words of a start', () => {
    expect(linkIn(['/app', '--no-sandbox', '.', 'tiergate://open'])).toBe('tiergate://open');
    expect(linkIn(['/app', 'TIERGATE://open'])).toBe('TIERGATE://open');
    expect(linkIn(['/app', '--home', '/tiergate'])).toBeUndefined();
  });
});
