import { Link } from 'react-router';
import type { OperatorProductBody } from '../../../../src/contracts/operator-http.ts';
import { formatMoment, formatPrice } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';
import { DeskState } from '../desk/loaded.tsx';

/** Every product with what it costs and shows. */
export function ProductList({
  products,
  isFiltered,
}: {
  products: OperatorProductBody[];
  isFiltered: boolean;
}) {
  const { product: words, list } = officeWords;
  if (products.length === 0)
    return isFiltered ? (
      <DeskState picture="lens" title={list.noneFound} text={list.noneFoundText} />
    ) : (
      <DeskState picture="box" title={words.none} text={words.noneText} />
    );
  return (
    <div className="table-box card" tabIndex={0} role="region" aria-label={words.title}>
      <table className="table" data-testid="products">
        <thead>
          <tr>
            <th scope="col">{words.fields.name}</th>
            <th scope="col">{words.fields.price}</th>
            <th scope="col">{words.changedAt}</th>
          </tr>
        </thead>
        <tbody>
          {products.map(({ id, name, imageUrl, priceMinor, currency, updatedAt }) => (
            <tr key={id}>
              <th scope="row">
                <Link className="with-thumb" to={`/operator/products/${id}`}>
                  {imageUrl === '' ? (
                    <span className="thumb" />
                  ) : (
                    <img className="thumb" src={imageUrl} alt="" loading="lazy" />
                  )}
                  {name}
                </Link>
              </th>
              <td>{formatPrice(priceMinor, currency)}</td>
              <td>{formatMoment(updatedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
