import type { Logger } from '../../infrastructure/logging/logger.ts';
import { CHANNELS, REVOKED_TOKENS_KEY } from '../../infrastructure/redis/keys.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { MOST_LIFETIME_SEC } from './access-token.ts';
import type { Identity } from './account.model.ts';

export interface RevokedTokensDeps {
  redis: Redis;
  /** A connection with the subscriber's role; may be shared with other subscriptions. */
  subscriber: Redis;
  logger: Logger;
  /** Told of every revocation, by whichever process it was made: whose sockets end here. */
  onRevoked?: (revoked: { sessionId: string } | { userId: string }) => void;
  clock?: { now(): number };
  retryMs?: number;
}

export interface RevokedTokens {
  /** Without I/O: from this process's memory. */
  isRevoked(identity: Identity): boolean;
  /** Ends the access tokens of one session: here at once, elsewhere as soon as Redis took it. */
  revokeSession(sessionId: string): Promise<void>;
  /** The same for every access token of a user that was issued before now. */
  revokeUser(userId: string): Promise<void>;
  /** Subscribes and reads all. @throws when Redis does not answer */
  start(): Promise<void>;
  close(): void;
}

const SESSION = 'session:';
const USER = 'user:';
const PRUNE_EVERY_MS = 60_000;

/**
 * The access tokens that were ended before their time: a list in Redis, followed by every process, so that a request
 * costs two look-ups in memory.
 *
 * An entry is told to every process when it is made, and all are read at the start and after each reconnect, when
 * messages may have been missed; a read that fails is tried again every `retryMs` (1 s). Entries live as long as the
 * longest-lived token could, and none is ever taken back, so a Redis that lost them takes none away from a process
 * that runs. What Redis did not take is offered again every `retryMs` as well: a sign-out is never refused.
 */
export function createRevokedTokens({
  redis,
  subscriber,
  logger,
  onRevoked = () => undefined,
  clock = Date,
  retryMs = 1_000,
}: RevokedTokensDeps): RevokedTokens {
  /** Session id → when its entry goes, ms. */
  const sessions = new Map<string, number>();
  const users = new Map<string, { issuedBeforeMs: number; untilMs: number }>();
  /** Entries that Redis has not taken yet → when they go, ms. */
  const untold = new Map<string, number>();
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  function apply(member: string, untilMs: number): void {
    if (member.startsWith(SESSION)) {
      const sessionId = member.slice(SESSION.length);
      if (sessions.has(sessionId)) return;
      sessions.set(sessionId, untilMs);
      onRevoked({ sessionId });
      return;
    }
    const [userId = '', before = ''] = member.slice(USER.length).split(':');
    const issuedBeforeMs = Number(before);
    if ((users.get(userId)?.issuedBeforeMs ?? 0) >= issuedBeforeMs) return;
    users.set(userId, { issuedBeforeMs, untilMs });
    onRevoked({ userId });
  }

  async function revoke(member: string): Promise<void> {
    const untilMs = clock.now() + MOST_LIFETIME_SEC * 1000;
    apply(member, untilMs);
    await tell(member, untilMs).catch((error: unknown) => {
      logger.warn('a revocation was not stored yet, trying again', { error });
      untold.set(member, untilMs);
    });
  }

  async function tell(member: string, untilMs: number): Promise<void> {
    const results = await redis
      .multi()
      .zadd(REVOKED_TOKENS_KEY, untilMs, member)
      .zremrangebyscore(REVOKED_TOKENS_KEY, '-inf', clock.now())
      .publish(CHANNELS.tokensRevoked, `${untilMs} ${member}`)
      .exec();
    const failed = results?.find(([error]) => error !== null);
    if (!results || failed) throw failed?.[0] ?? new Error('a revocation was not stored');
  }

  async function readAll(): Promise<void> {
    const found = await redis.zrangebyscore(REVOKED_TOKENS_KEY, clock.now(), '+inf', 'WITHSCORES');
    for (let at = 0; at + 1 < found.length; at += 2) apply(found[at] ?? '', Number(found[at + 1]));
  }

  function follow(): void {
    if (isClosed) return;
    clearTimeout(retry);
    readAll().catch((error: unknown) => {
      logger.warn('could not read the revoked tokens, trying again', { error });
      retry = setTimeout(follow, retryMs).unref();
    });
  }

  function onMessage(channel: string, message: string): void {
    if (channel !== CHANNELS.tokensRevoked) return;
    const space = message.indexOf(' ');
    apply(message.slice(space + 1), Number(message.slice(0, space)));
  }

  /** Subscribed first, read after it: an entry made in between is in the one or told by the other. */
  function onReady(): void {
    subscriber.subscribe(CHANNELS.tokensRevoked).then(follow, (error: unknown) => {
      logger.warn('could not subscribe to the revoked tokens', { error });
    });
  }

  const tellAgain = setInterval(() => {
    for (const [member, untilMs] of untold) {
      tell(member, untilMs).then(
        () => untold.delete(member),
        () => undefined, // said once; it stays for the next time
      );
    }
  }, retryMs).unref();
  const prune = setInterval(() => {
    const nowMs = clock.now();
    for (const [sessionId, untilMs] of sessions) if (untilMs <= nowMs) sessions.delete(sessionId);
    for (const [userId, { untilMs }] of users) if (untilMs <= nowMs) users.delete(userId);
  }, PRUNE_EVERY_MS).unref();

  return {
    isRevoked: ({ sessionId, userId, issuedAtMs }) =>
      sessions.has(sessionId) || (users.get(userId)?.issuedBeforeMs ?? 0) > issuedAtMs,
    revokeSession: (sessionId) => revoke(SESSION + sessionId),
    revokeUser: (userId) => revoke(`${USER}${userId}:${Math.ceil(clock.now())}`),
    start: async () => {
      await subscriber.subscribe(CHANNELS.tokensRevoked);
      subscriber.on('message', onMessage);
      subscriber.on('ready', onReady);
      await readAll();
    },
    close: () => {
      isClosed = true;
      clearTimeout(retry);
      clearInterval(prune);
      clearInterval(tellAgain);
      subscriber.off('message', onMessage);
      subscriber.off('ready', onReady);
    },
  };
}
