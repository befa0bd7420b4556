import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from '../../errors/refusal.ts';
import { writeProblem } from '../../errors/problem.ts';
import { fixHeaders, requestIdOf, sendWhole } from '../../errors/send-whole.ts';
import type { Logger } from '../../infrastructure/logging/logger.ts';
import { markTrace, traceOf } from '../../infrastructure/tracing/begin-trace.ts';
import type { AddressLimit } from '../../middleware/address-limit.ts';
import type { ClientAddress } from '../../middleware/client-address.ts';
import type { Lane } from '../../middleware/hot-lane.ts';
import { isJsonContentType, MAX_BODY_BYTES } from '../../middleware/json-body.ts';
import { hasPermission } from '../../contracts/policies.ts';
import { groupBy } from '../../utils/group-by.ts';
import { createTurnBatcher } from '../../utils/turn-batcher.ts';
import type { Authenticate } from '../account/authenticate.ts';
import type { SaleCatalogue } from '../sale/sale-catalogue.ts';
import type { SaleDetails } from '../sale/sale.model.ts';
import { attemptIdOf } from './attempt-id.ts';
import { logFieldsOfBatch } from './batch-log-fields.ts';
import type { BlockPace } from './block-pace.ts';
import type { Asked, AttemptAnswer, Purchase } from './purchase.service.ts';
import type { Attempt } from './purchase.model.ts';
import { createReadWish, type ReadWish, type Wish } from './read-wish.ts';
import type { BeginAttemptTrace } from './trace-steps.ts';

export interface AttemptLaneDeps {
  authenticate: Authenticate;
  addressLimit: AddressLimit;
  clientAddress: ClientAddress;
  blockPace: BlockPace;
  catalogue: SaleCatalogue;
  purchase: Purchase;
  furtherCheck?: FurtherCheck;
  /** Begins the trace of an attempt, when attempts are traced. */
  beginTrace?: BeginAttemptTrace | undefined;
  /** Told how long an accepted attempt took from its first byte to its answer, ms. */
  acceptTook: (saleId: string, ms: number) => void;
  logger: Logger;
}

/**
 * The place of a further check of who tries to buy, such as a challenge or a proof of work: after the shopper is known and
 * before anything is read or promised. Without I/O, or a drop waits for it. Nothing stands here yet.
 */
export type FurtherCheck = (attempt: { shopperId: string; req: IncomingMessage }) => Refusal | null;

/**
 * `POST /api/purchase/attempt`, without a framework: mounted in the Express app and in front of it, because Express'
 * routing costs more than the whole purchase path. The request scope has begun already.
 *
 * Refuses in this order: method, media type, size, address limit, token, role, further check, body, sale, turn among the
 * accounts of an address block, gate.
 *
 * Whoever has been read waits for those who are read in the same turns, and each step is taken for all of them before the next: a
 * step's code comes into the processor's caches once for a crowd, instead of once for each of it (docs/decisions/0059).
 */
export function createAttemptLane(deps: AttemptLaneDeps): Lane {
  const readWish = createReadWish();
  const gather = createTurnBatcher<ReadRequest>((requests) => attemptTogether(deps, readWish, requests));
  return (req, res) => {
    const address = deps.clientAddress(req);
    const refusal = refuseHead(req, address, deps);
    if (refusal) {
      refuseUnread(req, res, refusal);
      return;
    }
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else if (!res.headersSent) refuseUnread(req, res, { code: 'body_too_large' });
    });
    req.on('end', () => {
      if (size <= MAX_BODY_BYTES) gather({ req, res, address, raw: concat(chunks), startedAt });
    });
  };
}

function refuseHead(
  req: IncomingMessage,
  address: string,
  { addressLimit }: AttemptLaneDeps,
): Refusal | null {
  if (req.method !== 'POST') return { code: 'method_not_allowed', headers: { Allow: 'POST' } };
  if (!isJsonContentType(req.headers['content-type'])) return { code: 'unsupported_media_type' };
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return { code: 'body_too_large' };
  const taken = addressLimit.take(address);
  return taken.ok
    ? null
    : { code: 'rate_limited', retryAfterSec: taken.retryAfterSec, headers: taken.headers };
}

/** The body is not worth reading: the connection closes after the answer instead of waiting for the rest of it. */
function refuseUnread(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
  if (refusal.code === 'body_too_large') res.setHeader('Connection', 'close');
  req.resume();
  writeProblem(res, refusal);
}

interface ReadRequest {
  req: IncomingMessage;
  res: ServerResponse;
  address: string;
  raw: Buffer;
  startedAt: number;
}

interface Caller {
  request: ReadRequest;
  shopperId: string;
}

interface Wished {
  caller: Caller;
  wish: Extract<Wish, { ok: true }>;
}

function attemptTogether(deps: AttemptLaneDeps, readWish: ReadWish, requests: readonly ReadRequest[]): void {
  const callers: Caller[] = [];
  for (const request of requests) {
    const shopperId = identify(deps, request);
    if (shopperId !== null) callers.push({ request, shopperId });
  }
  const asked: Asked[] = [];
  const unheard: Wished[] = [];
  for (const caller of callers) {
    const { req, res } = caller.request;
    const wish = readWish(caller.request.raw, req.headers['idempotency-key']);
    if (!wish.ok) {
      writeProblem(res, wish.refusal);
      continue;
    }
    const wished = { caller, wish };
    const sale = deps.catalogue.peek(wish.saleId);
    const one = sale && askFor(deps, wished, sale);
    if (one) asked.push(one);
    else if (!sale) unheard.push(wished);
  }
  if (asked.length > 0) deps.purchase(asked);
  for (const [saleId, all] of groupBy(unheard, ({ wish }) => wish.saleId)) lookUpSale(deps, saleId, all);
}

/** @returns the shopper's id; null when the request was refused */
function identify(deps: AttemptLaneDeps, { req, res }: ReadRequest): string | null {
  const authenticated = deps.authenticate(req.headers.authorization);
  if (!authenticated.ok) {
    writeProblem(res, authenticated.refusal);
    return null;
  }
  const { userId, role } = authenticated.identity;
  if (!hasPermission(role, 'purchase:attempt')) {
    writeProblem(res, {
      code: 'forbidden',
      detail: 'Only a shopper can buy. Sign in with a shopper account.',
    });
    return null;
  }
  const further = deps.furtherCheck?.({ shopperId: userId, req }) ?? null;
  if (further) {
    writeProblem(res, further);
    return null;
  }
  return userId;
}

/**
 * A sale that this process has not heard of yet, if there is one. Who asked together goes on together: a crowd's first moment is no
 * time for a gate call each.
 */
function lookUpSale(deps: AttemptLaneDeps, saleId: string, all: readonly Wished[]): void {
  const refuse = (refusal: Refusal): void =>
    all.forEach(({ caller }) => writeProblem(caller.request.res, refusal));
  deps.catalogue.find(saleId).then(
    (sale) => {
      const asked = sale && all.flatMap((wished) => askFor(deps, wished, sale) ?? []);
      if (!asked) refuse({ code: 'sale_not_found' });
      else if (asked.length > 0) deps.purchase(asked);
    },
    (error: unknown) => {
      const requests = all.map(({ caller: { request } }) => ({
        attempt: { trace: traceOf(request.res)?.traceparent },
        requestId: requestIdOf(request.res),
      }));
      deps.logger.warn('the sale could not be looked up', {
        ...{ saleId, error: String(error) },
        ...logFieldsOfBatch(requests),
      });
      refuse({ code: 'gate_closed' });
    },
  );
}

/** @returns null when it is not the account's turn yet, and the request was refused */
function askFor(deps: AttemptLaneDeps, { caller, wish }: Wished, sale: SaleDetails): Asked | null {
  const { request, shopperId } = caller;
  const { saleId, quantity, idempotencyKey } = wish;
  const { req, res, address, startedAt } = request;
  const early = deps.blockPace.refuse(address, sale, shopperId);
  if (early) {
    writeProblem(res, early);
    return null;
  }
  const attemptId = attemptIdOf(saleId, shopperId, idempotencyKey);
  const attempt: Attempt = { attemptId, shopperId, quantity, idempotencyKey };
  const requestId = requestIdOf(res);
  const { traceparent } = req.headers;
  const trace = deps.beginTrace?.({ attempt, saleId, requestId, traceparent });
  if (trace) markTrace(res, trace.request);
  const answer = (told: AttemptAnswer): void => {
    const isGone = res.headersSent || res.destroyed; // the shopper went away; the attempt stands all the same
    if (!isGone) writeAnswer(res, told);
    trace?.answered(told, res.statusCode);
    if (!isGone && told.kind === 'accepted') deps.acceptTook(saleId, performance.now() - startedAt);
  };
  return { sale, attempt, answer, requestId };
}

const ANSWER_HEADERS = fixHeaders({
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
});

function writeAnswer(res: ServerResponse, answer: AttemptAnswer): void {
  if (answer.kind === 'refused') return writeProblem(res, answer.refusal);
  sendWhole(res, {
    status: answer.kind === 'accepted' ? 202 : 200,
    fixed: ANSWER_HEADERS,
    own: { Location: `/api/purchase/status?attemptId=${answer.body.attemptId}` },
    body: JSON.stringify(answer.body),
  });
}

function concat(chunks: Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
