import type { Services } from '../../src/commands/lib/open-services.ts';
import { sqlArray } from '../../src/infrastructure/postgres/database.ts';
import { epochKeys, saleKeys } from '../../src/infrastructure/redis/keys.ts';
import { now } from './wish.ts';

const SAMPLE_EVERY_MS = 200;
/** A soak of an hour keeps a sample every few seconds. */
const MOST_SAMPLES = 1_000;

/** Units sold and attempts in flight at one moment, over all sales of a run. */
export interface StoreSample {
  /** Epoch ms; in a result since its start. */
  t: number;
  sold: number;
  inflight: number;
}

export interface StoreWatch {
  latest(): StoreSample | undefined;
  /** @returns what was seen, oldest first */
  stop(): Promise<StoreSample[]>;
}

/** Reads both stores several times a second beside the run; a moment when one does not answer is left out. */
export function watchStores(services: Services, saleIds: readonly string[]): StoreWatch {
  let samples: StoreSample[] = [];
  let everyMs = SAMPLE_EVERY_MS;
  const closing = new AbortController();
  const watching = (async () => {
    while (!closing.signal.aborted) {
      const sample = await readSample(services, saleIds).catch(() => null);
      if (sample) samples.push(sample);
      if (samples.length >= MOST_SAMPLES) {
        samples = samples.filter((_, index) => index % 2 === 0);
        everyMs *= 2;
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return {
    latest: () => samples.at(-1),
    async stop() {
      closing.abort();
      await watching;
      return samples;
    },
  };
}

async function readSample({ db, redis }: Services, saleIds: readonly string[]): Promise<StoreSample> {
  const t = now();
  const [{ rows }, counts] = await Promise.all([
    db.raw<{ rows: { sold: number }[] }>(
      'select sum(sold)::int as sold from stocks where sale_id = any(?::uuid[])',
      [sqlArray(saleIds)],
    ),
    Promise.all(
      saleIds.map(async (saleId) => {
        const epoch = await redis.hget(saleKeys(saleId).gate, 'epoch');
        return epoch === null ? 0 : redis.hlen(epochKeys(saleId, Number(epoch)).inflight);
      }),
    ),
  ]);
  return { t, sold: rows[0]?.sold ?? 0, inflight: counts.reduce((sum, count) => sum + count, 0) };
}
