import {
  CHANNELS,
  epochKeys,
  KEPT_AFTER_END_MS,
  ordersCacheKey,
  saleKeys,
} from '../../infrastructure/redis/keys.ts';
import { findServerOf, type Redis } from '../../infrastructure/redis/redis.ts';
import { loadScript } from '../../infrastructure/redis/script.ts';
import { epochOf } from '../../utils/sequence.ts';
import { shortId, uuidOf } from '../../utils/short-id.ts';
import { decidedRecord, type DecidedAttempt } from './purchase.model.ts';

const announceScript = loadScript(new URL('./announce.lua', import.meta.url));

/** What every API process hears of a settled transaction. */
export interface OutcomesMessage {
  saleId: string;
  /** Records as Redis keeps them: a process reads those that somebody waits for. */
  outcomes: { attemptId: string; record: string }[];
}

export type Announce = (saleId: string, decided: readonly DecidedAttempt[]) => Promise<void>;

export interface AnnounceDeps {
  redis: Redis;
  /** When the sale ends, epoch ms: its keys outlive it by `KEPT_AFTER_END_MS`. */
  saleEndsAtMs: (saleId: string) => Promise<number>;
}

/**
 * Tells the outcomes of one transaction: ends what is kept of the buyers' orders, drops the attempts from in flight,
 * keeps and counts their outcomes, releases the units of the rejected, publishes one message. One round trip, on a cluster
 * two; may be repeated, nothing is released twice.
 *
 * @throws when Redis does not answer; repeat
 */
export function createAnnounce({ redis, saleEndsAtMs }: AnnounceDeps): Announce {
  const epochBySale = new Map<string, number>();
  return async (saleId, decided) => {
    const [first] = decided;
    if (!first) return;
    const expireAtMs = (await saleEndsAtMs(saleId)) + KEPT_AFTER_END_MS;
    const attempts = decided.flatMap((attempt) => [
      shortId(attempt.attemptId),
      shortId(attempt.shopperId),
      attempt.quantity,
      attempt.outcome === 'rejected' ? attempt.reason : '',
      decidedRecord(attempt),
    ]);
    const keys = saleKeys(saleId);
    const buyers = decided.filter((attempt) => attempt.outcome === 'confirmed');
    // Sent before the script: who hears of an outcome reads the orders at once, and must find the new one there.
    const ordersEnded =
      buyers.length > 0 && redis.unlink(buyers.map((attempt) => ordersCacheKey(attempt.shopperId)));
    // To one server they go in this order; of two servers the second waits until the first has answered.
    if (findServerOf(redis, ordersCacheKey(first.shopperId)) !== findServerOf(redis, keys.gate))
      await ordersEnded;
    let epoch = epochBySale.get(saleId) ?? epochOf(first.sequence);
    // The first answer may name a newer epoch, and a rebuild may open another in between: each is one more round.
    for (let round = 0; round < 5; round += 1) {
      const { tokens, shoppers, inflight, line } = epochKeys(saleId, epoch);
      const [reply] = (await Promise.all([
        announceScript.run(
          redis,
          [keys.gate, tokens, shoppers, inflight, line, keys.known, keys.counters],
          [epoch, expireAtMs, CHANNELS.outcomes, saleId, keys.prefix, ...attempts],
        ),
        ordersEnded,
      ])) as [[number, number], unknown];
      if (reply[0] !== -1) {
        epochBySale.set(saleId, epoch);
        return;
      }
      epoch = reply[1];
    }
    throw new Error(`the gate of sale ${saleId} changes epoch faster than outcomes can be announced`);
  };
}

export function parseOutcomesMessage(message: string): OutcomesMessage {
  const [saleId = '', ...lines] = message.split('\n');
  return {
    saleId,
    outcomes: lines.map((line) => {
      const idEnds = line.indexOf('|');
      return { attemptId: uuidOf(line.slice(0, idEnds)), record: line.slice(idEnds + 1) };
    }),
  };
}
