import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeProblem } from '../../errors/problem.ts';
import { fixHeaders, sendWhole } from '../../errors/send-whole.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import type { Lane } from '../../middleware/hot-lane.ts';
import { logFieldsOf } from '../../middleware/log-fields.ts';
import { uuidSchema } from '../../utils/uuid-schema.ts';
import type { MadeStatus, SaleStatus } from './sale-status.ts';

const SALE_ID_AT = '/api/flash-sale/status?saleId='.length;
const UUID_LENGTH = 36;

/**
 * `GET /api/flash-sale/status`, without a framework: mounted in the Express app and in front of it. The answer at hand
 * is sent as it is; only a stale one is made anew. The request scope has begun already.
 */
export function createSaleStatusLane({
  saleStatus,
  logger,
}: {
  saleStatus: SaleStatus;
  logger: Logger;
}): Lane {
  return (req, res) => {
    const asked = askedFor((req as { originalUrl?: string }).originalUrl ?? req.url ?? '');
    // Only a sale's id has an answer at hand, so what the crowd asks for is not checked again for each of it.
    const atHand = asked === undefined ? undefined : saleStatus.peek(asked);
    if (atHand) {
      writeStatus(req, res, atHand);
      return;
    }
    const saleId = asked === undefined ? undefined : readUuid(asked);
    if (saleId === null) {
      const errors = [{ field: 'saleId', message: 'must be a UUID' }];
      writeProblem(res, { code: 'invalid_request', errors });
      return;
    }
    const making = saleId === undefined ? saleStatus.getDefault() : saleStatus.get(saleId);
    making.then(
      (made) => (made ? writeStatus(req, res, made) : writeProblem(res, { code: 'sale_not_found' })),
      (error: unknown) => {
        logger.warn('the status could not be made', { saleId, error: String(error), ...logFieldsOf(res) });
        writeProblem(res, { code: 'service_unavailable' });
      },
    );
  };
}

/** @returns undefined when no sale is named */
function askedFor(url: string): string | undefined {
  const query = url.indexOf('?');
  if (query === -1) return undefined;
  const isPlain = url.length === SALE_ID_AT + UUID_LENGTH && url.startsWith('saleId=', query + 1);
  if (isPlain) return url.slice(SALE_ID_AT);
  return new URLSearchParams(url.slice(query + 1)).get('saleId') ?? undefined;
}

/** @returns in lower case, null when it is none */
function readUuid(text: string): string | null {
  const checked = uuidSchema.validate(text);
  return checked.error ? null : checked.value;
}

const CACHED = { 'Cache-Control': 'public, max-age=1' };
const UNCHANGED = fixHeaders(CACHED);
const STATUS = fixHeaders({ ...CACHED, 'Content-Type': 'application/json; charset=utf-8' });

function writeStatus(req: IncomingMessage, res: ServerResponse, { bytes, etag }: MadeStatus): void {
  const own = { ETag: etag };
  if (req.headers['if-none-match'] === etag) sendWhole(res, { status: 304, fixed: UNCHANGED, own });
  else sendWhole(res, { status: 200, fixed: STATUS, own, body: bytes });
}
