import type { Logger } from '../logging/logger.ts';
import type { Redis } from './redis.ts';

export interface Subscriptions {
  /** Calls `listener` with every message of the channel; resolves when the subscription stands. */
  on(channel: string, listener: (message: string) => void): Promise<void>;
}

/** Shares one subscriber connection; a listener that throws is logged and costs the others nothing. */
export function createSubscriptions({ redis, logger }: { redis: Redis; logger: Logger }): Subscriptions {
  const listeners = new Map<string, ((message: string) => void)[]>();
  redis.on('message', (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) {
      try {
        listener(message);
      } catch (error) {
        logger.error('a message was not understood', { channel, error });
      }
    }
  });
  return {
    async on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      await redis.subscribe(channel);
    },
  };
}
