import { randomUUID } from 'node:crypto';
import { uuidV5 } from '../../utils/uuid-v5.ts';

/**
 * The id of an attempt: UUIDv5 (RFC 9562, section 5.5) of shopper and idempotency key in the namespace of the sale,
 * random without a key. So a replay finds its attempt even when all of Redis was lost.
 *
 * @param saleId  a UUID, the namespace
 */
export function attemptIdOf(saleId: string, shopperId: string, idempotencyKey: string | null): string {
  return idempotencyKey === null ? randomUUID() : uuidV5(`${shopperId}:${idempotencyKey}`, saleId);
}
