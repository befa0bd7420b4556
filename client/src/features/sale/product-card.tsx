import type { ProductBody } from '../../../../src/contracts/http.ts';
import { formatPrice } from '../../lib/format.ts';
import { words } from '../../words/words.ts';

export function ProductPicture({ product }: { product: ProductBody }) {
  return (
    <div className="product-picture">
      {product.imageUrl === '' ? (
        <p className="product-no-picture">{words.sale.noPicture}</p>
      ) : (
        <img src={product.imageUrl} alt={product.name} width={640} height={480} fetchPriority="high" />
      )}
    </div>
  );
}

export function ProductWords({ product }: { product: ProductBody }) {
  return (
    <div className="product-words">
      <h1 className="product-name">{product.name}</h1>
      <p className="product-price">{formatPrice(product.priceMinor, product.currency)}</p>
      <p className="product-description">{product.description}</p>
    </div>
  );
}
