// Runs before every script, in whatever Node the machine has: so it must stay plain JavaScript of an old edition.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const parts = (text) =>
  text
    .replace(/^[^\d]*/, '')
    .split('.')
    .map(Number);
const [have, need] = [parts(process.version), parts(engines.node)];
const older = have.findIndex((part, index) => part !== need[index]);
if (older !== -1 && have[older] < need[older]) {
  console.error(
    `Tiergate needs Node ${engines.node}; this is ${process.version}. ` +
      'On Linux x64 "npm install" brings the right one along; elsewhere install it from https://nodejs.org and try again.',
  );
  process.exit(1);
}
