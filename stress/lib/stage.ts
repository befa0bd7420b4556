import type { Services } from '../../src/commands/lib/open-services.ts';
import type { Shopper } from '../../src/commands/lib/create-shoppers.ts';
import type { RunJournal } from './run-journal.ts';
import type { Tally } from './tally.ts';
import type { Wish } from './wish.ts';

/** How large and how fast; each scenario has its own defaults. */
export interface Settings {
  /** Units on sale; of the hot sale where there are several. */
  stock: number;
  shoppers: number;
  /** Connections the crowd comes over. */
  connections: number;
  /** Arrivals a second, jittered, whether or not the earlier ones are answered; 0: as fast as they are answered. */
  rate: number;
  /** Nobody new arrives after this time, s. */
  duration: number;
  /** Sales open at once. */
  sales: number;
}

/** Everything a scenario plays with. */
export interface Stage {
  services: Services;
  url: string;
  settings: Settings;
  /** The first one is the one the crowd wants. */
  sales: readonly { saleId: string; stock: number }[];
  shoppers: readonly Shopper[];
  /** The instance's, as far as this process knows. */
  limits: { maxInflight: number; tries: number; triesWindowSec: number };
  tally: Tally;
  /** Everything clients sent and saw; it is compared with what is stored at the end. */
  journal: RunJournal;
  /** Every wish that was sent, once each. */
  wishes: Set<Wish>;
  /** The processes of the instance by role, where they are known. */
  readProcesses(): Promise<{ role: string; pid: number }[]>;
  /** Nobody new arrives after this time, epoch ms. */
  endsAt(): number;
  print(line: string): void;
}

/** A finding of one scenario, next to the promises; a broken one fails the run. */
export interface Verdict {
  id: string;
  ok: boolean;
  detail: string;
}

export function saleOf(stage: Stage): { saleId: string; stock: number } {
  const [sale] = stage.sales;
  if (!sale) throw new Error('a scenario has at least one sale');
  return sale;
}
