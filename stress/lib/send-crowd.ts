import { arrive } from './arrive.ts';
import { sendWishes } from './send-wishes.ts';
import { createShopClient, type ShopClient } from './shop-client.ts';
import type { Stage } from './stage.ts';
import { noteAnswer, now, type Wish } from './wish.ts';

/** A client that was told to come back, or told nothing, tries again for so long after the last arrival, ms. */
const GIVE_UP_AFTER_MS = 60_000;
const COME_BACK_AFTER_MS = 500;

export interface CrowdOptions {
  /** Absent: the run's. */
  rate?: number;
  is429Final?: boolean;
}

/** Sends wishes in this order, and again with the same key until each has its final answer. */
export async function sendCrowd(
  stage: Stage,
  queue: readonly Wish[],
  { rate = stage.settings.rate, is429Final = false }: CrowdOptions = {},
): Promise<void> {
  const { url, settings, tally, journal, wishes } = stage;
  const { connections } = settings;
  const endsAt = stage.endsAt();
  if (rate > 0) {
    const client = createShopClient({ url, connections });
    await arrive(queue, { rate, connections, endsAt }, (wish, dueAt) =>
      buyUntilAnswered(stage, client, wish, { sentAt: dueAt, is429Final }),
    ).finally(() => client.close());
    return;
  }
  let left = queue;
  for (let pass = 0; left.length > 0 && now() < endsAt + GIVE_UP_AFTER_MS; pass += 1) {
    if (pass > 0) await comeBack();
    left = await sendWishes(left, {
      ...{ url, connections, is429Final },
      endsAt: pass === 0 ? endsAt : endsAt + GIVE_UP_AFTER_MS,
      onSend: (wish, sentAt) => {
        wishes.add(wish);
        tally.sent();
        return journal.sent(wish, sentAt);
      },
      onAnswer: (entry) => {
        journal.push(entry);
        tally.answered(entry);
      },
    });
  }
}

/** One shopper who comes back with the same key until the answer is final. */
export async function buyUntilAnswered(
  { tally, journal, wishes, endsAt }: Stage,
  client: ShopClient,
  wish: Wish,
  { sentAt = now(), is429Final = false }: { sentAt?: number; is429Final?: boolean } = {},
): Promise<void> {
  wishes.add(wish);
  for (let at = sentAt; ; at = now()) {
    tally.sent();
    const request = journal.sent(wish, at);
    const entry = await client.buy(wish, { sentAt: at });
    tally.answered(entry);
    journal.push({ ...entry, request });
    if (noteAnswer(wish, entry, { is429Final }) || now() > endsAt() + GIVE_UP_AFTER_MS) return;
    await comeBack();
  }
}

/** What is down needs a moment, and a crowd must not come back as one. */
function comeBack(): Promise<void> {
  const waitMs = COME_BACK_AFTER_MS * (0.75 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, waitMs));
}
