import type { FieldError, Refusal } from '../../errors/refusal.ts';
import { parseJsonBody } from '../../middleware/json-body.ts';
import { attemptBodySchema, IDEMPOTENCY_KEY } from './purchase.schema.ts';

export type Wish =
  | { ok: true; saleId: string; quantity: number; idempotencyKey: string | null }
  | { ok: false; refusal: Refusal };

/** What a shopper wants, read from the body and the `Idempotency-Key` of an attempt. */
export type ReadWish = (raw: Buffer, keyHeader: string | string[] | undefined) => Wish;

const MOST_REMEMBERED = 256;
/** Sale and quantity need about 70. */
const LONGEST_REMEMBERED_BYTES = 256;

type Fields = { ok: true; saleId: string; quantity: number } | { ok: false; errors: FieldError[] };

/**
 * Makes the reading of wishes, which refuses with every wrong field at once.
 *
 * A crowd sends the same few bodies, byte for byte: the good ones are remembered and not parsed and checked again.
 */
export function createReadWish(): ReadWish {
  const remembered = new Map<string, Fields>();

  return (raw, keyHeader) => {
    const bytes = raw.length <= LONGEST_REMEMBERED_BYTES ? raw.toString('latin1') : null;
    let fields = bytes === null ? undefined : remembered.get(bytes);
    if (!fields) {
      const parsed = parseJsonBody(raw);
      if (!parsed.ok) return parsed;
      fields = check(parsed.body);
      if (fields.ok && bytes !== null) {
        if (remembered.size === MOST_REMEMBERED) remembered.clear();
        remembered.set(bytes, fields);
      }
    }
    const hasGoodKey =
      keyHeader === undefined || (typeof keyHeader === 'string' && IDEMPOTENCY_KEY.test(keyHeader));
    const errors = fields.ok ? [] : fields.errors;
    if (!hasGoodKey)
      errors.push({ field: 'Idempotency-Key', message: 'must be 1 to 128 printable ASCII characters' });
    if (!fields.ok || !hasGoodKey) return { ok: false, refusal: { code: 'invalid_request', errors } };
    return { ok: true, saleId: fields.saleId, quantity: fields.quantity, idempotencyKey: keyHeader ?? null };
  };
}

function check(body: object): Fields {
  const checked = attemptBodySchema.validate(body);
  if (!checked.error) return { ok: true, ...checked.value };
  return {
    ok: false,
    errors: checked.error.details.map(({ path, message }) => ({ field: path.join('.'), message })),
  };
}
