import type { AttemptStatusBody } from '../../src/contracts/http.ts';
import type { ShopClient } from './shop-client.ts';
import { sightOf } from './sight.ts';
import type { Stage } from './stage.ts';
import { now, type Wish } from './wish.ts';

/** Reads of a shopper who looks around; each counts as one answer. */
export interface Browsing {
  saleStatus(saleId: string, sentAt?: number): Promise<void>;
  saleList(sentAt?: number): Promise<void>;
  /** What came of an accepted wish; the journal keeps it. */
  attemptStatus(wish: Wish, sentAt?: number): Promise<void>;
  orders(wish: Wish, sentAt?: number): Promise<void>;
  /** Answers that were not 200, by what was read and how it was answered. */
  troubles: Map<string, number>;
}

/** @param name  under which the times of sale status and list are told */
export function createBrowsing({ tally, journal }: Stage, client: ShopClient, name = 'browse'): Browsing {
  const troubles = new Map<string, number>();
  const read = async (
    path: string,
    { sentAt = now(), accessToken, as = name }: { sentAt?: number; accessToken?: string; as?: string },
  ): Promise<string | null> => {
    tally.asked();
    const { httpStatus, text } = await client.read(path, accessToken);
    const isOk = httpStatus === 200;
    tally.read(as, sentAt, isOk);
    if (isOk) return text;
    const trouble = `${httpStatus} ${path.split('?')[0] ?? path}`;
    troubles.set(trouble, (troubles.get(trouble) ?? 0) + 1);
    return null;
  };

  return {
    troubles,
    async saleStatus(saleId, sentAt = now()) {
      await read(`/api/flash-sale/status?saleId=${saleId}`, { sentAt });
    },
    async saleList(sentAt = now()) {
      await read('/api/flash-sale', { sentAt });
    },
    async attemptStatus(wish, sentAt = now()) {
      if (!wish.accepted) return;
      const { accessToken } = wish.shopper;
      const path = `/api/purchase/status?attemptId=${wish.accepted.attemptId}`;
      const text = await read(path, { sentAt, accessToken, as: 'own status' });
      if (text === null) return;
      journal.push(sightOf(wish, JSON.parse(text) as AttemptStatusBody, { sentAt, httpStatus: 200 }));
    },
    async orders({ shopper: { userId, accessToken } }, sentAt = now()) {
      await read(`/api/purchase/user/${userId}`, { sentAt, accessToken, as: 'own orders' });
    },
  };
}
