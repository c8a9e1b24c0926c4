import { type Account, isSandbox } from '../../shared/account.ts';
import type { DATA_CALLS, Report } from '../../shared/calls/data.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { DAY_MS, type ProviderLine, type ReportWindow, reconcile } from '../../shared/reconcile.ts';
import { ledgerFile } from '../ledger/ledger.ts';
import { runTask } from '../ledger/task.ts';
import { readSecret } from '../secrets/secret-source.ts';
import { fetchBooks } from '../upstream/organization.ts';
import { linesOf, readReport } from './provider-report.ts';
import type { ControlRooms } from './rooms.ts';

type Answered = 'reconcile.import' | 'reconcile.fetch';

/** The provider's bill beside the ledger. */
export function reconcileCalls({
  settings,
  keychain,
  environment,
  dispatch,
  home,
}: ControlRooms): Pick<HandlersOf<typeof DATA_CALLS>, Answered> {
  const report = async (
    lines: readonly ProviderLine[],
    accounts: readonly Account[],
    window: ReportWindow,
  ): Promise<Report> => {
    const ids = accounts.map(({ id }) => id);
    // A day more before it: what began before midnight may be counted after it.
    const range = { from: window.from - DAY_MS, until: window.until };
    return reconcile(lines, await runTask(ledgerFile(home), 'ledgerDays', { accounts: ids, ...range }), window);
  };
  return {
    'reconcile.import': ({ account, text }) => {
      const lines = readReport(text);
      const days = lines.map(({ day }) => Math.floor(day / DAY_MS) * DAY_MS);
      const window = days.reduce(
        ({ from, until }, day) => ({ from: Math.min(from, day), until: Math.max(until, day + DAY_MS) }),
        { from: Infinity, until: -Infinity },
      );
      return report(lines, chosen(settings.current.accounts, account), window);
    },
    'reconcile.fetch': async ({ account, key, from, until }) => {
      const accounts = chosen(settings.current.accounts, account);
      const [{ baseUrl, proxy } = { baseUrl: '' }] = accounts;
      const result = await readSecret({ keychain: key }, keychain, environment);
      if ('problem' in result) throw new TiergateError('report_refused', result.problem);
      const window = { from: Math.floor(from / DAY_MS) * DAY_MS, until: Math.ceil(until / DAY_MS) * DAY_MS };
      const asked = { baseUrl, proxy, dispatch, key: result.secret.value, ...window };
      const lines = linesOf(await fetchBooks(asked));
      return report(lines, accounts, window);
    },
  };
}

/** The account by its name, or every account whose turns are on an organisation's bill. */
function chosen(accounts: readonly Account[], id: string | undefined): Account[] {
  const found = accounts.filter((account) =>
    id === undefined
      ? account.provider === 'openai' && account.kind === 'apikey' && !isSandbox(account)
      : account.id === id,
  );
  if (found.length === 0)
    throw new TiergateError('report_refused', `there is no account ${id ?? 'with a key at OpenAI'}`);
  return found;
}
