import { Command, Help } from 'commander';
import { expect, test } from 'vitest';
import { EXIT_STATUS, manualOf, withExamples } from '../../src/main/cli/manual.ts';

/** The help of a command is a manual page: the same chapters in the same order, and nothing empty. */
function page(command: Command, width = 60): string {
  const helper = new Help();
  helper.helpWidth = width;
  return manualOf(command, helper);
}

const program = new Command('tiergate').summary('a gateway').description('A gateway. It stands between.');
const add = program
  .command('add <name>')
  .description('make a thing; it is shown once, and if it is lost another has to be made in its place')
  .argument('[more]', 'what else')
  .option('--json', 'for programs');
withExamples(add, ['tiergate add codex', 'Make one.']);

const chapters = (text: string): string[] => text.split('\n').filter((line) => /^[A-Z]/.test(line));

test('has the chapters of a manual page, without those that would be empty', () => {
  expect(chapters(page(add))).toEqual([
    'NAME',
    'SYNOPSIS',
    'DESCRIPTION',
    'ARGUMENTS',
    'OPTIONS',
    'EXAMPLES',
    'EXIT STATUS',
  ]);
  expect(chapters(page(program))).toEqual([
    'NAME',
    'SYNOPSIS',
    'DESCRIPTION',
    'COMMANDS',
    'OPTIONS',
    'EXIT STATUS',
    'ENVIRONMENT',
    'FILES',
  ]);
});

test('names a command with its parents, and says in one line what it does', () => {
  expect(page(add)).toContain('NAME\n    tiergate-add — make a thing\n');
  expect(page(program)).toContain('NAME\n    tiergate — a gateway\n');
  expect(page(program)).toContain('add [options] <name> [more]\n        make a thing\n');
});

test('stays within the width of the terminal', () => {
  const description = page(add).split('DESCRIPTION\n')[1]?.split('\n\n')[0] ?? '';
  expect(description.split('\n').length).toBeGreaterThan(1);
  for (const line of description.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});

test('tells every exit status', () => {
  for (const [code, meaning] of EXIT_STATUS) expect(page(add)).toContain(`    ${code}  ${meaning}`);
  expect(EXIT_STATUS.map(([code]) => code)).toEqual([0, 1, 2, 3]);
});
