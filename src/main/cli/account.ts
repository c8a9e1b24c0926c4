import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type Account, type KeySource, isSandbox } from '../../shared/account.ts';
import { type AccountState, type ControlClient, ControlError } from '../../shared/control.ts';
import { codexLoginFile } from '../secrets/codex-login.ts';
import { withControl } from './control.ts';
import { homeOption } from './home.ts';
import { readKey } from './key-input.ts';
import { withExamples } from './manual.ts';
import { type OutputOptions, jsonOption, printAnswer } from './output.ts';

type Options = OutputOptions & { readonly home: string };

/** Where each provider answers when no other address is named. */
const BASE_URLS: Readonly<Record<string, string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
};

/** `tiergate account …`: the upstreams that turns may go to. */
export function addAccountCommands(program: Command): void {
  const account = program.command('account').description('the upstreams that turns may go to');
  addList(account);
  addAdd(account);
  account
    .command('test <id>')
    .description('ask an upstream for its list of models with each of its keys, which costs nothing')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((id: string, options: Options) =>
      withControl(options.home, async (client) => {
        const tested = await client.call('account.test', { id });
        printAnswer(options, tested, [tested.message]);
        if (!tested.ok) process.exitCode = 1;
      }),
    );
  addImport(account);
  account
    .command('remove <id>')
    .description('take an account away, and those of its keys in the keychain that no other account uses')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((id: string, options: Options) =>
      withControl(options.home, async (client) => {
        printAnswer(options, await client.call('account.remove', { id }), []);
      }),
    );
}

function addList(account: Command): void {
  account
    .command('list')
    .description('name the accounts, where their keys are kept, and how those do')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((options: Options) =>
      withControl(options.home, async (client) => {
        const { accounts } = await client.call('account.list');
        const states = await statesOf(client);
        printAnswer(
          options,
          accounts.map((one) => ({ ...one, state: states.get(one.id) ?? null })),
          accounts.map((one) => lineOf(one, states.get(one.id))),
        );
      }),
    );
}

function addAdd(account: Command): void {
  const add = account
    .command('add <id>')
    .description('add an account; its key is read from standard input and goes to the keychain, unless --env names one')
    .addOption(
      new Option('--provider <provider>', 'whose protocol it speaks')
        .choices(['openai', 'anthropic', 'compatible'])
        .default('openai'),
    )
    .addOption(new Option('--base-url <url>', 'its address, up to and with /v1; openai and anthropic have their own'))
    .addOption(new Option('--env <name>', 'the environment variable that holds its key'))
    .addOption(new Option('--no-key', 'it takes no key'))
    .addOption(homeOption())
    .addOption(jsonOption())
    .action((id: string, options: AddOptions, command: Command) => {
      const { provider, baseUrl = BASE_URLS[provider], env } = options;
      if (baseUrl === undefined) command.error(`error: name the address of a ${provider} account with --base-url`);
      return withControl(options.home, async (client) => {
        const document = { id, provider, kind: 'apikey', baseUrl, keys: env === undefined ? [] : [{ env }] };
        const key = env === undefined && options.key ? await readKey(command) : null;
        const added = await client.call('account.add', { account: document, ...(key === null ? {} : { key }) });
        printAnswer(options, added, [`added ${lineOf(added, undefined)}`]);
      });
    });
  withExamples(
    add,
    ['pass show openai | tiergate account add openai', 'Add OpenAI with a key that is never shown.'],
    [
      'tiergate account add local --provider compatible --base-url http://127.0.0.1:1234/v1 --no-key',
      'Add a server of your own.',
    ],
  );
}

function addImport(account: Command): void {
  const command = account
    .command('import-codex')
    .description(
      'make an account of your own ChatGPT login, as Codex keeps it; asked for again, it renews a login that has expired',
    )
    .addOption(new Option('--id <id>', 'the name of the account').default('codex'))
    .addOption(new Option('--file <file>', 'the file of the login, if it is not where Codex keeps it'))
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(({ id, file, ...options }: Options & { readonly id: string; readonly file?: string }) =>
      withControl(options.home, async (client) => {
        // The gateway has a folder of its own to start from.
        const path = file === undefined ? codexLoginFile(process.env) : resolve(file);
        const added = await client.call('account.importCodex', { id, file: path });
        printAnswer(options, added, [
          `imported ${added.id}: log in to Codex anew ("codex login") before you use it beside Tiergate, since a login is renewed for one of them only`,
        ]);
      }),
    );
  withExamples(command, ['codex login && tiergate account import-codex', 'Use your ChatGPT plan through the gateway.']);
}

interface AddOptions extends Options {
  readonly provider: string;
  readonly baseUrl?: string;
  readonly env?: string;
  /** False with --no-key. */
  readonly key: boolean;
}

/** How the accounts do, which only a running gateway knows. */
async function statesOf(client: ControlClient): Promise<ReadonlyMap<string, AccountState>> {
  try {
    const { accounts } = await client.call('status.get');
    return new Map(accounts.map((state) => [state.id, state]));
  } catch (error) {
    if (error instanceof ControlError && error.code === 'gateway_not_running') return new Map();
    throw error;
  }
}

function lineOf(account: Account, state: AccountState | undefined): string {
  const keys = state === undefined ? account.keys.map(sourceText) : state.keys.map(keyText);
  const resting = state?.resting ?? null;
  return [
    account.id,
    account.provider,
    isSandbox(account) ? 'sandbox' : account.baseUrl,
    keys.length === 0 ? 'no key' : keys.join(', '),
    ...(account.enabled ? [] : ['off']),
    ...(resting === null ? [] : [resting]),
  ].join('  ');
}

function sourceText(source: KeySource): string {
  return 'env' in source ? `env ${source.env}` : `keychain ${source.keychain}`;
}

function keyText({ source, lastFour, problem, state, reason }: AccountState['keys'][number]): string {
  if (problem !== null) return `${source} (${problem})`;
  const end = lastFour === null || lastFour === '' ? '' : ` …${lastFour}`;
  return `${source}${end}${state === 'cooling' ? ` (cooling down: ${reason ?? 'unknown'})` : ''}`;
}
