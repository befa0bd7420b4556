import { useId, useState } from 'react';
import type { OperatorProductBody } from '../../../../src/contracts/operator-http.ts';
import { formatPrice } from '../../lib/format.ts';
import { officeWords } from '../../words/office-words.ts';
import { useOperatorQuery } from '../desk/use-operator-query.ts';
import { SelectField } from '../form/fields.tsx';
import type { Form } from '../form/use-form.ts';

const PRODUCTS = '/api/admin/products';
/** As many as the API gives a page; with more, the name is searched for. */
const MOST_LISTED = 100;

/** The product of a sale, among those that there are. */
export function ProductPicker({ form, error }: { form: Form; error: string | undefined }) {
  const { sale: words } = officeWords;
  const [sought, setSought] = useState('');
  const id = useId();
  const chosenId = form.fields.productId ?? '';
  const listed = useOperatorQuery<{ products: OperatorProductBody[]; nextCursor?: string }>(PRODUCTS, {
    query: { limit: String(MOST_LISTED), name: sought.trim() === '' ? undefined : sought.trim() },
    keepsLast: true,
  });
  const products = listed.data?.products ?? [];
  const isChosenListed = products.some((product) => product.id === chosenId);
  const chosen = useOperatorQuery<OperatorProductBody>(`${PRODUCTS}/${chosenId}`, {
    isWanted: chosenId !== '' && listed.data !== undefined && !isChosenListed,
  });
  const shown = isChosenListed || !chosen.data ? products : [chosen.data, ...products];
  const hasMany = sought !== '' || listed.data?.nextCursor !== undefined;
  return (
    <>
      {hasMany && (
        <div className="field">
          <label htmlFor={id}>{words.seekProduct}</label>
          <input id={id} value={sought} maxLength={200} onChange={(event) => setSought(event.target.value)} />
        </div>
      )}
      <SelectField
        form={form}
        name="productId"
        label={words.fields.productId}
        error={error}
        hint={listed.data?.products.length === 0 && sought === '' ? words.noProducts : undefined}
        required
      >
        <option value="">{listed.isError ? words.productsFailed : words.chooseProduct}</option>
        {shown.map(({ id: productId, name, priceMinor, currency }) => (
          <option key={productId} value={productId}>
            {words.productLine(name, formatPrice(priceMinor, currency))}
          </option>
        ))}
      </SelectField>
    </>
  );
}
