import type { BILL_CALLS } from '../../shared/calls/bill.ts';
import type { POLICY_CALLS } from '../../shared/calls/policy.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { TiergateError } from '../../shared/errors.ts';
import { priceRows } from '../../shared/prices/price-rows.ts';
import { PRICE_TABLE } from '../../shared/prices/table.ts';
import { isZone } from '../ledger/zone-clock.ts';
import type { ControlRooms } from './rooms.ts';

/** Money: what turns came to, what tokens cost, and what that is not known for. */
export function billCalls({
  settings,
  reader,
  repriced,
}: ControlRooms): HandlersOf<typeof BILL_CALLS> & Pick<HandlersOf<typeof POLICY_CALLS>, 'policy.hits'> {
  return {
    'bill.sums': (request) => {
      if (!isZone(request.zone)) throw new TiergateError('control_invalid', `zone: there is no ${request.zone}`);
      return reader.sums(request);
    },
    'prices.list': () => ({
      version: PRICE_TABLE.version,
      rows: priceRows(PRICE_TABLE, settings.current.prices),
      overrides: settings.current.prices,
    }),
    'prices.reprice': async (request) => {
      const { accounts, prices } = settings.current;
      const answer = await reader.reprice({ ...request, settings: { accounts, prices } });
      if (request.apply && answer.changed > 0) await repriced();
      return { ...answer, version: PRICE_TABLE.version };
    },
    'prices.unpriced': async () => ({ models: await reader.unpriced() }),
    'policy.hits': async (request) => ({ rules: await reader.ruleHits(request) }),
  };
}
