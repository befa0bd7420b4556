import type { ProductBody } from '../../contracts/http.ts';
import type { OperatorProductBody } from '../../contracts/operator-http.ts';

export interface Product extends ProductBody {
  version: number;
  createdAtMicros: number;
  updatedAt: Date;
}

export function presentProduct(product: Product): OperatorProductBody {
  return {
    id: product.id,
    name: product.name,
    description: product.description,
    imageUrl: product.imageUrl,
    priceMinor: product.priceMinor,
    currency: product.currency,
    version: product.version,
    createdAt: new Date(product.createdAtMicros / 1000).toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}
