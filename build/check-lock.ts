import { readFileSync } from 'node:fs';

/**
 * A registry may lag for other platforms; `npm install` then skips the missing optional package in silence and writes a
 * lock file with which `npm ci` fails on the next machine. This finds it on this one.
 */
interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

interface LockEntry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly integrity?: string;
}

/** What is wrong with one lock file, in words. */
function faultsOf(path: string): string[] {
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as Lock;
  const present = new Set(Object.keys(packages).map((place) => place.split('node_modules/').at(-1)));
  if (present.size < 2) return ['no packages were looked at'];
  return Object.entries(packages).flatMap(([place, { optionalDependencies = {}, resolved, integrity }]) => {
    const name = place === '' ? 'the project' : place;
    const lacking = Object.keys(optionalDependencies).filter((one) => !present.has(one));
    return [
      ...lacking.map((one) => `${name} lacks ${one}`),
      ...(resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')
        ? [`${name} names a registry of its own`]
        : []),
      ...(place !== '' && integrity === undefined ? [`${name} has no integrity`] : []),
    ];
  });
}

for (const path of ['package-lock.json', 'test/clients/package-lock.json']) {
  for (const fault of faultsOf(path)) {
    process.stderr.write(`${path}: ${fault}\n`);
    process.exitCode = 1;
  }
}
