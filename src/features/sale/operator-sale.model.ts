import type { OperatorSaleBody } from '../../contracts/operator-http.ts';

/** A sale as operators see it: drafts too, from PostgreSQL. */
export interface OperatorSale {
  id: string;
  stockId: string;
  productId: string;
  name: string;
  state: OperatorSaleBody['state'];
  startsAt: Date;
  endsAt: Date;
  perShopperLimit: number;
  total: number;
  sold: number;
  /** To shoppers; empty when there is none. */
  message: string;
  version: number;
  createdAtMicros: number;
  updatedAt: Date;
}

export function presentOperatorSale(sale: OperatorSale): OperatorSaleBody {
  return {
    saleId: sale.id,
    productId: sale.productId,
    name: sale.name,
    state: sale.state,
    startsAt: sale.startsAt.toISOString(),
    endsAt: sale.endsAt.toISOString(),
    perShopperLimit: sale.perShopperLimit,
    stock: { stockId: sale.stockId, total: sale.total, sold: sale.sold },
    ...(sale.message === '' ? {} : { message: sale.message }),
    version: sale.version,
    createdAt: new Date(sale.createdAtMicros / 1000).toISOString(),
    updatedAt: sale.updatedAt.toISOString(),
  };
}
