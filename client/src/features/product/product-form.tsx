import { useState } from 'react';
import type { OperatorProductBody } from '../../../../src/contracts/operator-http.ts';
import { officeWords } from '../../words/office-words.ts';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import { AreaField, TextField } from '../form/fields.tsx';
import { FormActions } from '../form/form-actions.tsx';
import { FormNotices } from '../form/form-notices.tsx';
import { fieldErrors } from '../form/field-errors.ts';
import { TroubleNotice } from '../form/trouble-notice.tsx';
import { useForm, type Sent } from '../form/use-form.ts';
import { useOutdated } from '../form/use-outdated.ts';
import { NEW_PRODUCT, productBody, productStart } from './product-fields.ts';

const PRODUCTS = '/api/admin/products';

/**
 * Makes a product, or edits one; keyed by its id.
 *
 * @param product  the one that is edited, as it is now
 */
export function ProductForm({
  product,
  onDone,
}: {
  product?: OperatorProductBody;
  onDone?: (product: OperatorProductBody) => void;
}) {
  const { product: words, form: formWords } = officeWords;
  const id = `product.${product?.id ?? 'new'}`;
  const form = useForm(id, product ? productStart(product) : NEW_PRODUCT);
  const [isPriceWrong, setIsPriceWrong] = useState(false);
  const path = product ? `${PRODUCTS}/${product.id}` : PRODUCTS;
  const save = useOperatorChange<Sent, OperatorProductBody>({
    request: ({ body, version }) => ({
      ...{ method: product ? 'PATCH' : 'POST', path, body },
      ...(product && { headers: { 'if-match': `"v${version}"` } }),
    }),
    touches: [PRODUCTS],
    keptAs: id,
    told: ({ name }) => (product ? words.saved(name) : words.made(name)),
    onDone: (saved, { fields }) => form.goOn(product ? productStart(saved) : NEW_PRODUCT, fields),
  });
  useOutdated(save.error, path);

  const { reason: _reason, ...changes } = form.changed;
  const errors = fieldErrors(save.error, { ...words.fields, priceMinor: words.fields.price });
  const submit = (element: HTMLFormElement) => {
    const { fields, changed, version } = form;
    const body = productBody(fields, product ? changed : fields);
    setIsPriceWrong(body === undefined);
    if (!body) {
      element.querySelector<HTMLElement>('[name=price]')?.focus();
      return;
    }
    // Told only while the form is still there: who has left is not led anywhere.
    save.mutate({ body, fields, version }, { onSuccess: (saved) => onDone?.(saved) });
  };
  return (
    <form
      className="card office-form"
      aria-label={product ? words.edit : words.make}
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <FormNotices form={form} labels={words.fields} />
      <TextField
        form={form}
        name="name"
        label={words.fields.name}
        error={errors.name}
        required
        maxLength={200}
      />
      <AreaField
        form={form}
        name="description"
        label={words.fields.description}
        error={errors.description}
        rows={4}
        maxLength={2_000}
      />
      <div className="field-row">
        <TextField
          form={form}
          name="price"
          label={words.fields.price}
          hint={words.priceHint}
          error={isPriceWrong ? words.priceWrong : errors.priceMinor}
          required
          inputMode="decimal"
          autoComplete="off"
        />
        <TextField
          form={form}
          name="currency"
          label={words.fields.currency}
          hint={words.currencyHint}
          error={errors.currency}
          required
          maxLength={3}
          autoComplete="off"
          autoCapitalize="characters"
        />
      </div>
      <TextField
        form={form}
        name="reason"
        label={formWords.reason}
        hint={formWords.reasonHint}
        error={errors.reason}
        maxLength={500}
      />
      <TroubleNotice error={save.error} shown={['name', 'description', 'priceMinor', 'currency', 'reason']} />
      <FormActions
        label={save.isPending ? formWords.sending : product ? formWords.save : words.make}
        isPending={save.isPending}
        isIdle={product !== undefined && Object.keys(changes).length === 0}
      />
    </form>
  );
}
