import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { GATEWAY_NODE_OPTIONS, SOURCE_NODE_OPTIONS } from '../../build/node-options.ts';

test('a gateway from a checkout is started alike by npm start and by npm run tiergate', () => {
  expect(manifest.scripts.tiergate).toContain(
    `node ${[...GATEWAY_NODE_OPTIONS, ...SOURCE_NODE_OPTIONS].join(' ')} src/main/headless.ts`,
  );
});
