import { Link } from 'react-router';
import type { OperatorProductBody } from '../../../../../src/contracts/operator-http.ts';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorPages } from '../../../features/desk/use-operator-query.ts';
import { FilterBar, type FilterField } from '../../../features/list/filter-bar.tsx';
import { More } from '../../../features/list/more.tsx';
import { useFilter } from '../../../features/list/use-filter.ts';
import { ProductList } from '../../../features/product/product-list.tsx';
import { officeWords } from '../../../words/office-words.ts';
import { PageTitle } from './page-title.tsx';
import '../office.css';

const { product: words } = officeWords;
const FIELDS: readonly FilterField[] = [{ kind: 'text', name: 'name', label: words.fields.name }];

export function ProductsPage() {
  const filter = useFilter(FIELDS.map(({ name }) => name));
  const read = useOperatorPages<{ products: OperatorProductBody[]; nextCursor?: string }>(
    '/api/admin/products',
    { query: filter.values },
  );
  return (
    <>
      <div className="desk-head">
        <PageTitle title={words.title} />
        <Link className="button-link button-main" to="/operator/products/new">
          {words.make}
        </Link>
      </div>
      <FilterBar filter={filter} fields={FIELDS} label={officeWords.list.filterLabel(words.title)} />
      <Loaded of={read}>
        {(pages) => (
          <ProductList
            products={pages.flatMap(({ products }) => products)}
            isFiltered={filter.values.name !== undefined}
          />
        )}
      </Loaded>
      <More of={read} />
    </>
  );
}
