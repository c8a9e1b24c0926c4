import type { Command, Help } from 'commander';

/** A line that somebody may type, and what it does. */
export type Example = readonly [line: string, what: string];

const examples = new WeakMap<Command, readonly Example[]>();

/** What a program reads of our ending; the same for every command. */
export const EXIT_STATUS = [
  [0, 'done'],
  [1, 'failed; standard error says why and what to do'],
  [2, 'the command line was not understood'],
  [3, 'the command needs a running gateway, and none runs on the data folder'],
] as const;

const ENVIRONMENT: readonly (readonly [string, string])[] = [['TIERGATE_HOME', 'the data folder, as --home names it']];

const FILES: readonly (readonly [string, string])[] = [
  ['settings.json', 'everything you decide; watched, so an edit counts from the next request'],
  ['ledger.sqlite', 'one row for every turn'],
  ['control.json', 'while a gateway runs: where commands find it; its owner’s alone'],
  ['logs/', 'JSON lines, without keys, prompts or answers'],
];

/** Gives a command lines that can be copied. */
export function withExamples(command: Command, ...lines: readonly Example[]): Command {
  examples.set(command, lines);
  return command;
}

/** A command's help in the chapters of a manual page. */
export function manualOf(command: Command, helper: Help): string {
  const path = pathOf(command);
  const width = helper.helpWidth ?? 80;
  const chapter = (title: string, body: string): string => (body === '' ? '' : `${title}\n${body}\n`);
  const pairs = (list: readonly (readonly [string, string])[]): string =>
    list.map(([term, text]) => `${INDENT}${term}\n${wrapped(text, width, INDENT + INDENT)}`).join('\n');
  const commands = helper.visibleCommands(command);
  const own = helper.visibleOptions(command);
  const text = [
    chapter('NAME', wrapped(`${path.join('-')} — ${firstLine(command)}`, width, INDENT)),
    chapter('SYNOPSIS', `${INDENT}${helper.commandUsage(command)}`),
    chapter('DESCRIPTION', wrapped(command.description(), width, INDENT)),
    chapter('COMMANDS', pairs(commands.map((one) => [helper.subcommandTerm(one), firstLine(one)]))),
    chapter(
      'ARGUMENTS',
      pairs(helper.visibleArguments(command).map((one) => [helper.argumentTerm(one), helper.argumentDescription(one)])),
    ),
    chapter('OPTIONS', pairs(own.map((one) => [helper.optionTerm(one), helper.optionDescription(one)]))),
    chapter('EXAMPLES', pairs(examples.get(command) ?? [])),
    chapter('EXIT STATUS', EXIT_STATUS.map(([code, meaning]) => `${INDENT}${code}  ${meaning}`).join('\n')),
    ...(path.length === 1 ? [chapter('ENVIRONMENT', pairs(ENVIRONMENT)), chapter('FILES', pairs(FILES))] : []),
  ];
  return text.filter((part) => part !== '').join('\n');
}

const INDENT = '    ';

function pathOf(command: Command): string[] {
  return [...(command.parent === null ? [] : pathOf(command.parent)), command.name()];
}

/** What a list of commands says of one: its description up to the first end of a sentence. */
function firstLine(command: Command): string {
  return command.summary() === '' ? (command.description().split(/[.;(] ?/, 1)[0] ?? '').trim() : command.summary();
}

function wrapped(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  return [...lines, line].join('\n');
}
