import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router, type Response } from 'express';
import { ROW_COUNT_HEADER } from '../../contracts/operator-http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { validate } from '../../middleware/validate.ts';
import { idSchema } from '../product/product.schema.ts';
import { readSale } from '../sale/operator-sale.service.ts';
import { countAttempts, countOrders, readAttemptsCsv, readOrdersCsv } from './export.repository.ts';

export interface ExportDeps {
  db: Database;
  /** Where the rows are read: perhaps a replica, which may be late. Nothing is decided from it. */
  reportsDb: Database;
}

/** `/api/admin/sales/:id/orders.csv` and `attempts.csv`. */
export function createExportRoutes({ db, reportsDb }: ExportDeps): Router {
  const router = Router();
  for (const [name, read, count] of [
    ['orders', readOrdersCsv, countOrders],
    ['attempts', readAttemptsCsv, countAttempts],
  ] as const) {
    router.get(`/:id/${name}.csv`, async (req, res) => {
      const { id } = validate(idSchema, req.params);
      await readSale({ db }, id); // refused before anything is sent
      res.set(ROW_COUNT_HEADER, String(await count(reportsDb, id)));
      await sendCsv(res, `${name}-${id}.csv`, read(reportsDb, id));
    });
  }
  return router;
}

/** A page is read when the one before is sent: a slow reader costs no memory. An error cuts the connection. */
async function sendCsv(res: Response, name: string, lines: AsyncGenerator<string>): Promise<void> {
  res.set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  });
  try {
    await pipeline(Readable.from(lines, { objectMode: true, highWaterMark: 1 }), res);
  } catch (error) {
    if (!res.destroyed || (error as { code?: string }).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
