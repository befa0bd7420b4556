import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { writeProblem } from '../../../src/errors/problem.ts';
import type { Refusal } from '../../../src/errors/refusal.ts';
import type { AccessTokens } from '../../../src/features/account/access-token.ts';
import { attemptIdOf } from '../../../src/features/purchase/attempt-id.ts';
import {
  presentQueued,
  type AdmittedAttempt,
  type Attempt,
} from '../../../src/features/purchase/purchase.model.ts';
import { attemptBodySchema, IDEMPOTENCY_KEY } from '../../../src/features/purchase/purchase.schema.ts';
import type { SettleQueue } from '../../../src/infrastructure/queue/settle-queue.ts';
import type { Redis } from '../../../src/infrastructure/redis/redis.ts';
import { askGate } from './gate.ts';

/** One attempt of one shopper is one job. */
export interface NaiveJob {
  saleId: string;
  attempt: AdmittedAttempt;
}

export interface NaiveAppDeps {
  tokens: Pick<AccessTokens, 'verify'>;
  redis: Redis;
  queue: Pick<SettleQueue<NaiveJob>, 'add'>;
}

/** What a good engineer would write in a day: one gate call and one job for each attempt. */
export function createNaiveApp({ tokens, redis, queue }: NaiveAppDeps): Express {
  /** @returns why not; otherwise it has answered */
  const attempt = async (req: Request, res: Response): Promise<Refusal | undefined> => {
    const identity = tokens.verify(req.headers.authorization);
    if (!identity) return { code: 'unauthenticated' };
    if (identity.role !== 'shopper') return { code: 'forbidden' };
    const wish = attemptBodySchema.validate(req.body);
    const key = req.get('idempotency-key');
    if (wish.error || (key !== undefined && !IDEMPOTENCY_KEY.test(key))) return { code: 'invalid_request' };

    const { saleId, quantity } = wish.value;
    const shopperId = identity.userId;
    const idempotencyKey = key ?? null;
    const attemptId = attemptIdOf(saleId, shopperId, idempotencyKey);
    const asked: Attempt = { attemptId, shopperId, quantity, idempotencyKey };
    const answer = await askGate(redis, saleId, asked);
    if (answer.kind === 'refused') return answer.refusal;
    const { sequence, admittedAtMs, position, isKnown } = answer;
    const admitted = { ...asked, sequence, admittedAtMs };
    if (!isKnown) await queue.add(attemptId, { saleId, attempt: admitted });
    res.status(202).location(`/api/purchase/status?attemptId=${attemptId}`);
    res.json(presentQueued(saleId, admitted, position));
    return undefined;
  };

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(express.json({ limit: '4kb' }));
  app.post('/api/purchase/attempt', async (req, res) => {
    const refusal = await attempt(req, res);
    if (refusal) writeProblem(res, refusal);
  });
  app.use((_req, res) => writeProblem(res, { code: 'not_found' }));
  app.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    if (!res.headersSent) writeProblem(res, { code: 'invalid_request' });
  });
  return app;
}
