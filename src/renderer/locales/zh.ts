import about from './zh/about.json';
import accounts from './zh/accounts.json';
import budgets from './zh/budgets.json';
import common from './zh/common.json';
import firstRun from './zh/first-run.json';
import logs from './zh/logs.json';
import overview from './zh/overview.json';
import policy from './zh/policy.json';
import prices from './zh/prices.json';
import settings from './zh/settings.json';
import shell from './zh/shell.json';
import tools from './zh/tools.json';
import turns from './zh/turns.json';
import words from './zh/words.json';

/** Every Chinese text, by page. */
export const zh = {
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
