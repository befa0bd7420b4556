import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { RedisStore, type RedisReply } from 'rate-limit-redis';
import { writeProblem } from '../errors/problem.ts';
import type { Logger } from '../infrastructure/logging/logger.ts';
import { serversOf, type Redis } from '../infrastructure/redis/redis.ts';
import { createAddressMatcher, type ClientAddress } from './client-address.ts';

export interface RateLimitDeps {
  redis: Redis;
  logger: Logger;
  clientAddress: ClientAddress;
  /** Addresses and subnets that are never limited. */
  exempt: readonly string[];
}

export interface RateLimitRule {
  /** Stands in the headers and in the Redis key `limit:<name>:<address>` (string, expires with the window). */
  name: string;
  limit: number;
  windowSec: number;
}

/**
 * Makes a limit by address over all processes, for ordinary routes: `rate_limited` beyond it, with `RateLimit` and
 * `RateLimit-Policy` (IETF draft 8) on every answer. Without Redis everybody passes: a shop that cannot count is
 * better than one that is closed.
 */
export function createRateLimit(
  { redis, logger, clientAddress, exempt }: RateLimitDeps,
  rule: RateLimitRule,
): RequestHandler {
  const isExempt = createAddressMatcher(exempt);
  const warn = (error: unknown, message?: string): void => {
    logger.warn('rate limit', { limit: rule.name, detail: message, error });
  };
  return rateLimit({
    identifier: rule.name,
    limit: rule.limit,
    windowMs: rule.windowSec * 1000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    passOnStoreError: true,
    store: new RedisStore({ prefix: `limit:${rule.name}:`, sendCommand: (...args) => send(redis, args) }),
    // X-Forwarded-For without a trusted proxy is ignored on purpose, not by mistake.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    logger: { error: warn, warn },
    keyGenerator: (req) => ipKeyGenerator(clientAddress(req)),
    skip: (req) => isExempt(clientAddress(req)),
    handler: (req, res) => {
      const { rateLimit: used } = req as typeof req & { rateLimit?: { resetTime?: Date } };
      const resetMs = used?.resetTime ? used.resetTime.getTime() - Date.now() : rule.windowSec * 1000;
      writeProblem(res, { code: 'rate_limited', retryAfterSec: Math.max(1, resetMs / 1000) });
    },
  });
}

/**
 * The store loads its scripts once, when it is made, and would remember a failure for ever. A script's name is the
 * SHA-1 of its text, so it can be told without Redis; a server that does not know it says NOSCRIPT and the store
 * loads it then: on every server, for an address counts on whichever has its key.
 */
async function send(redis: Redis, args: string[]): Promise<RedisReply> {
  const [command = '', ...rest] = args;
  if (command !== 'SCRIPT') return (await redis.call(command, ...rest)) as RedisReply;
  try {
    const loaded = await Promise.all(serversOf(redis).map((server) => server.call(command, ...rest)));
    return loaded[0] as RedisReply;
  } catch {
    return createHash('sha1')
      .update(rest.at(-1) ?? '')
      .digest('hex');
  }
}
