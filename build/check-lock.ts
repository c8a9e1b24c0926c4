import { readFileSync } from 'node:fs';

/**
 * A registry may lag for other platforms; `npm install` then skips the missing optional package in silence and writes a
 * lock file with which `npm ci` fails on the next machine. This finds it on this one.
 */
interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly resolved?: string }>
  >;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const present = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
const lacking = Object.entries(packages).flatMap(([path, entry]) =>
  Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !present.has(name))
    .map((name) => `${path === '' ? 'the project' : path} lacks ${name}`),
);
const foreign = Object.entries(packages).filter(
  ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
);
for (const line of lacking) process.stderr.write(`package-lock.json: ${line}\n`);
for (const [path] of foreign) process.stderr.write(`package-lock.json: ${path} names a registry of its own\n`);
if (present.size < 2) process.stderr.write('package-lock.json: no packages were looked at\n');
process.exitCode = lacking.length + foreign.length > 0 || present.size < 2 ? 1 : 0;
