import type { BILL_CALLS } from '../../shared/calls/bill.ts';
import type { HandlersOf } from '../../shared/control.ts';
import { priceRows } from '../../shared/prices/price-rows.ts';
import { PRICE_TABLE } from '../../shared/prices/table.ts';
import type { ControlRooms } from './rooms.ts';

/** What tokens cost, and what it is not known for. */
export function priceCalls({ settings }: ControlRooms): Pick<HandlersOf<typeof BILL_CALLS>, 'prices.list'> {
  return {
    'prices.list': () => ({
      version: PRICE_TABLE.version,
      rows: priceRows(PRICE_TABLE, settings.current.prices),
      overrides: settings.current.prices,
    }),
  };
}
