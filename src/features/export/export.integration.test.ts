import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { givenSale, givenShoppers } from '../../testing/test-sale.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { readAttemptsCsv, readOrdersCsv } from './export.repository.ts';

/** Set to 1000000 for the long check. */
const ROWS = Number(process.env.EXPORT_ROWS ?? 12_000);
/** More than it holds after its first page: flat, however many rows there are. The 7,000 that follow would be more. */
const MOST_HELD_BYTES = 3 * 2 ** 20;

const SAMPLES = 10;

/** Without what is garbage already. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

let database: TestDatabase;
let sale: SaleDetails;
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  sale = await givenSale({ db }, { stock: ROWS });
  const [shopper] = await givenShoppers(db, 1);
  await db.raw(
    `insert into purchase_attempts (id, sale_id, user_id, quantity, sequence, outcome, admitted_at)
     select gen_random_uuid(), ?, ?, 1, 1000000000 + n, 'confirmed', now() from generate_series(1, ?::int) n`,
    [sale.saleId, shopper!, ROWS],
  );
  await db.raw(
    `insert into orders (id, attempt_id, sale_id, product_id, user_id, quantity, unit_price_minor, currency)
     select gen_random_uuid(), id, sale_id, ?, user_id, 1, 4900, 'EUR' from purchase_attempts`,
    [sale.product.id],
  );
  await db.raw('analyze');
}, 300_000);
afterAll(() => database.close());

describe.each([
  ['orders', readOrdersCsv],
  ['attempts', readAttemptsCsv],
] as const)('the export of %s', (_name, read) => {
  it(`has each of ${ROWS} rows once, in order, in flat memory`, async () => {
    const sequenceAt = read === readOrdersCsv ? 2 : 1;
    let rows = 0;
    let last = 1_000_000_000;
    let outOfOrder = 0;
    const held: number[] = [];
    for await (const lines of read(database.db, sale.saleId)) {
      for (const line of lines.trimEnd().split('\r\n')) {
        const sequence = Number(line.split(',')[sequenceAt]);
        if (Number.isNaN(sequence)) continue; // the header
        if (sequence !== last + 1) outOfOrder += 1;
        last = sequence;
        rows += 1;
      }
      if (rows >= (held.length * ROWS) / SAMPLES) held.push(heldBytes());
    }
    expect({ rows, outOfOrder }).toEqual({ rows: ROWS, outOfOrder: 0 });
    const [, firstPage, ...later] = held;
    expect(later.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...later) - firstPage!).toBeLessThan(MOST_HELD_BYTES);
  }, 300_000);
});
