import type { Seller } from './contender.ts';
import type { Sample } from './measurement.ts';

export interface SaleWatch {
  samples: Sample[];
  /** Resolves with the time (epoch ms) at which so many units were seen committed; null when that never came. */
  whenSold(units: number, withinMs: number): Promise<number | null>;
  stop(): Promise<Sample[]>;
}

/** Reads a sale's progress every so often, beside whatever runs: two reads by primary key. */
export function watchSale(seller: Seller, saleId: string, everyMs: number): SaleWatch {
  const startedAt = Date.now();
  const samples: Sample[] = [];
  let last = { at: startedAt, sold: 0 };
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const progress = await seller.readProgress(saleId);
      last = { at: Date.now(), sold: progress.sold };
      samples.push({ t: last.at - startedAt, ...progress });
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  watching.catch(() => undefined); // told by `stop`
  return {
    samples,
    async whenSold(units, withinMs) {
      const giveUpAt = Date.now() + withinMs;
      let failure: unknown;
      watching.catch((error: unknown) => (failure = error));
      while (last.sold < units) {
        if (failure !== undefined || Date.now() > giveUpAt) return null;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return last.at;
    },
    async stop() {
      stopped.abort();
      await watching;
      return samples;
    },
  };
}
