import about from './en/about.json';
import accounts from './en/accounts.json';
import budgets from './en/budgets.json';
import common from './en/common.json';
import firstRun from './en/first-run.json';
import logs from './en/logs.json';
import overview from './en/overview.json';
import policy from './en/policy.json';
import prices from './en/prices.json';
import settings from './en/settings.json';
import shell from './en/shell.json';
import tools from './en/tools.json';
import turns from './en/turns.json';
import words from './en/words.json';

/** Every English text, by page. */
export const en = {
  about,
  accounts,
  budgets,
  common,
  firstRun,
  logs,
  overview,
  policy,
  prices,
  settings,
  shell,
  tools,
  turns,
  words,
} as const;
