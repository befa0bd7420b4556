import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import type { Fields } from '../form/drafts.ts';
import { parseTime, typeTime } from '../form/local-time.ts';
import type { FormStart } from '../form/use-form.ts';

const HOUR_MS = 3_600_000;

/** Of a sale that there is not yet: from the next full hour, for an hour. */
export function newSaleStart(nowMs: number): FormStart {
  const startsAtMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  return {
    version: 0,
    fields: {
      ...{ productId: '', name: '', perShopperLimit: '1', stock: '', reason: '' },
      startsAt: typeTime(new Date(startsAtMs).toISOString()),
      endsAt: typeTime(new Date(startsAtMs + HOUR_MS).toISOString()),
    },
  };
}

/** Of a sale that is edited: its units are changed while it sells, with a reason of their own. */
export function editedSaleStart(sale: OperatorSaleBody): FormStart {
  const { productId, name, startsAt, endsAt, perShopperLimit, version } = sale;
  return {
    version,
    fields: {
      ...{ productId, name, startsAt: typeTime(startsAt), endsAt: typeTime(endsAt) },
      ...{ perShopperLimit: String(perShopperLimit), reason: '' },
    },
  };
}

/** Of a draft like another sale: as long as that one, from the next full hour. */
export function clonedSaleStart(sale: OperatorSaleBody, nowMs: number): FormStart {
  const { fields } = newSaleStart(nowMs);
  const startsAtMs = Date.parse(parseTime(fields.startsAt) ?? '');
  const lastsMs = Date.parse(sale.endsAt) - Date.parse(sale.startsAt);
  return {
    version: 0,
    fields: {
      ...{ name: sale.name, stock: String(sale.stock.total), reason: '', startsAt: fields.startsAt ?? '' },
      endsAt: typeTime(new Date(startsAtMs + lastsMs).toISOString()),
    },
  };
}

/** What the API is sent of these fields; one that is no number or time is left out, and the API names it. */
export function saleBody(fields: Fields): Record<string, unknown> {
  const { productId, name, startsAt, endsAt, perShopperLimit, stock, reason } = fields;
  const body = {
    ...{
      productId: productId === '' ? undefined : productId,
      name,
      reason: reason === '' ? undefined : reason,
    },
    ...{ startsAt: parseTime(startsAt), endsAt: parseTime(endsAt) },
    ...{ perShopperLimit: readWhole(perShopperLimit), stock: readWhole(stock) },
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

function readWhole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}
