import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { officeWords } from '../../words/office-words.ts';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import { TextField } from '../form/fields.tsx';
import { FormActions } from '../form/form-actions.tsx';
import { FormNotices } from '../form/form-notices.tsx';
import { parseTime, zoneName } from '../form/local-time.ts';
import { fieldErrors } from '../form/field-errors.ts';
import { TroubleNotice } from '../form/trouble-notice.tsx';
import { useForm, type FormStart, type Sent } from '../form/use-form.ts';
import { useOutdated } from '../form/use-outdated.ts';
import { formatMoment } from '../../lib/format.ts';
import { saleBody } from './operator-sale-fields.ts';
import { ProductPicker } from './product-picker.tsx';

export interface SaleFormProps {
  /** Names the draft: `new`, `like.<id>`, or the sale's own id. */
  id: string;
  start: FormStart;
  /** What is asked of the API: a new sale, one like another, or an edit. */
  method: 'POST' | 'PATCH';
  path: string;
  label: string;
  told: (sale: OperatorSaleBody) => string;
  /** What the form begins from once it was sent. */
  startAfter: (sale: OperatorSaleBody) => FormStart;
  onDone?: (sale: OperatorSaleBody) => void;
}

/** Makes, clones or edits a sale; its fields are those that it begins with. */
export function SaleForm({ id, start, method, path, label, told, startAfter, onDone }: SaleFormProps) {
  const { sale: words, form: formWords } = officeWords;
  const form = useForm(`sale.${id}`, start);
  const isEdit = method === 'PATCH';
  const save = useOperatorChange<Sent, OperatorSaleBody>({
    request: ({ body, version }) => ({
      ...{ method, path, body },
      ...(isEdit && { headers: { 'if-match': `"v${version}"` } }),
    }),
    touches: ['/api/admin/sales'],
    keptAs: `sale.${id}`,
    told,
    onDone: (sale, { fields }) => form.goOn(startAfter(sale), fields),
  });
  useOutdated(save.error, path);

  const has = (field: string) => field in start.fields;
  const { reason: _reason, ...changes } = form.changed;
  const errors = fieldErrors(save.error, words.fields);
  return (
    <form
      className="card office-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        const { fields, changed, version } = form;
        const body = saleBody(isEdit ? changed : fields);
        // Told only while the form is still there: who has left is not led anywhere.
        save.mutate({ body, fields, version }, { onSuccess: (sale) => onDone?.(sale) });
      }}
    >
      <FormNotices form={form} labels={words.fields} show={showField} />
      {has('productId') && <ProductPicker form={form} error={errors.productId} />}
      <TextField
        form={form}
        name="name"
        label={words.fields.name}
        hint={words.nameHint}
        error={errors.name}
        required
        maxLength={200}
      />
      <div className="field-row">
        {(['startsAt', 'endsAt'] as const).map((name) => (
          <TextField
            key={name}
            form={form}
            name={name}
            type="datetime-local"
            step={1}
            label={words.fields[name]}
            hint={words.zone(zoneName())}
            error={errors[name]}
            required
          />
        ))}
      </div>
      <div className="field-row">
        {(['stock', 'perShopperLimit'] as const).filter(has).map((name) => (
          <TextField
            key={name}
            form={form}
            name={name}
            type="number"
            min={name === 'stock' ? 0 : 1}
            max={name === 'stock' ? 10_000_000 : 1_000}
            label={words.fields[name]}
            error={errors[name]}
            required
          />
        ))}
      </div>
      <TextField
        form={form}
        name="reason"
        label={formWords.reason}
        hint={formWords.reasonHint}
        error={errors.reason}
        maxLength={500}
      />
      <TroubleNotice error={save.error} shown={[...Object.keys(start.fields)]} />
      <FormActions
        label={save.isPending ? formWords.sending : label}
        isPending={save.isPending}
        isIdle={isEdit && Object.keys(changes).length === 0}
      />
    </form>
  );
}

function showField(field: string, value: string): string {
  const iso = field.endsWith('At') ? parseTime(value) : undefined;
  return iso === undefined ? value : formatMoment(iso);
}
