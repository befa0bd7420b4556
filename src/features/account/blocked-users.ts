import type { Logger } from '../../infrastructure/logging/logger.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';

/** Channel: a user was blocked or unblocked, or more than one; the message itself says nothing. */
export const BLOCKED_USERS_CHANNEL = 'stampede:blocked-users';

export interface BlockedUsersDeps {
  /** A connection with the subscriber's role; may be shared with other subscriptions. */
  subscriber: Redis;
  db: Database;
  logger: Logger;
  /** Told of every user who is blocked from now on. */
  onBlocked?: (userId: string) => void;
  retryMs?: number;
}

export interface BlockedUsers {
  /** Without I/O: from this process's memory. */
  isBlocked(userId: string): boolean;
  /** Subscribes and reads all. @throws when Redis or PostgreSQL does not answer */
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Keeps the blocked users in memory, following PostgreSQL by a Redis channel.
 *
 * Each message, and each reconnect (messages may have been missed), reads the whole list anew: blocking is rare, the
 * list short, and a list read after a message can not miss what the message was about. A read that fails is tried
 * again every `retryMs` (1 s); until then the last list holds.
 */
export function createBlockedUsers({
  subscriber,
  db,
  logger,
  onBlocked = () => undefined,
  retryMs = 1_000,
}: BlockedUsersDeps): BlockedUsers {
  let blocked: ReadonlySet<string> = new Set();
  let isClosed = false;
  let asked = 0;
  let reading: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function read(): Promise<void> {
    try {
      let answered: number;
      do {
        answered = asked;
        const rows = await db('users').where({ blocked: true }).select<{ id: string }[]>('id');
        const before = blocked;
        blocked = new Set(rows.map((row) => row.id));
        for (const userId of blocked) if (!before.has(userId)) onBlocked(userId);
      } while (answered !== asked);
    } finally {
      reading = undefined;
    }
  }

  /** One read at a time; what is asked for during one makes it read once more. */
  function refresh(): Promise<void> {
    asked += 1;
    reading ??= read();
    return reading;
  }

  function follow(): void {
    if (isClosed) return;
    clearTimeout(retry);
    refresh().catch((error: unknown) => {
      logger.warn('could not read the blocked users, trying again', { error });
      retry = setTimeout(follow, retryMs).unref();
    });
  }

  function onMessage(channel: string): void {
    if (channel === BLOCKED_USERS_CHANNEL) follow();
  }

  /** Subscribed first, read after it: a change in between is in the one or announced by the other. */
  function onReady(): void {
    subscriber.subscribe(BLOCKED_USERS_CHANNEL).then(follow, (error: unknown) => {
      logger.warn('could not subscribe to the blocked users', { error });
    });
  }

  return {
    isBlocked: (userId) => blocked.has(userId),
    start: async () => {
      await subscriber.subscribe(BLOCKED_USERS_CHANNEL);
      subscriber.on('message', onMessage);
      subscriber.on('ready', onReady);
      await refresh();
    },
    close: async () => {
      isClosed = true;
      clearTimeout(retry);
      subscriber.off('message', onMessage);
      subscriber.off('ready', onReady);
      await reading?.catch(() => undefined);
    },
  };
}
