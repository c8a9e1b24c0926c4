import { type IFlattenedRuleSet, cruise } from 'dependency-cruiser';
import { ANNEXES, ELECTRON_ROOMS, FLOORS } from './floors.ts';

type Rule = NonNullable<IFlattenedRuleSet['forbidden']>[number];

const exactly = (rooms: readonly string[]): string =>
  `^(${rooms.map((room) => room.replaceAll('.', '\\.')).join('|')})`;
const ground = FLOORS[0] ?? [];

const forbidden: Rule[] = [
  { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'electron-in-its-rooms',
    severity: 'error',
    from: { path: '^src/', pathNot: exactly(ELECTRON_ROOMS) },
    to: { path: '(^|/)node_modules/electron/' },
  },
  {
    name: 'renderer-without-node',
    severity: 'error',
    from: { path: '^src/(renderer|shared)/' },
    to: { dependencyTypes: ['core'] },
  },
  ...FLOORS.flatMap((floor, level) =>
    floor.map((room): Rule => {
      const below = FLOORS.slice(0, level).flat();
      return {
        name: `imports-go-down-from-${room}`,
        severity: 'error',
        from: { path: exactly([room]) },
        to: { path: '^src/', pathNot: exactly([room, ...below]) },
      };
    }),
  ),
  ...ANNEXES.map((room): Rule => ({
    name: `annex-${room}`,
    severity: 'error',
    from: { path: exactly([room]) },
    to: { path: '^src/', pathNot: exactly([room, ...ground]) },
  })),
];

const { output } = await cruise(['src'], {
  ruleSet: { forbidden },
  validate: true,
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
});
if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text');
const { violations, totalCruised } = output.summary;
const modules = output.modules.filter(({ source }) => source.startsWith('src/'));
const homeless = modules.filter(
  ({ source }) => ![...FLOORS.flat(), ...ANNEXES].some((room) => source.startsWith(room)),
);

for (const { rule, from, to } of violations) process.stderr.write(`${rule.name}: ${from} imports ${to}\n`);
for (const { source } of homeless) process.stderr.write(`${source} stands on no floor\n`);
// A cruise that saw nothing is no proof (dependency-cruiser with an unsupported compiler passes in silence).
if (modules.length === 0) process.stderr.write('no module was looked at\n');
process.stdout.write(
  `${modules.length} modules on ${FLOORS.length} floors, ${totalCruised} looked at, ${violations.length} violations\n`,
);
process.exitCode = violations.length + homeless.length > 0 || modules.length === 0 ? 1 : 0;
