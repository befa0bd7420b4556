import { drop } from './drop.ts';
import { manySales } from './many-sales.ts';
import { mixedBrowseAndBuy } from './mixed-browse-and-buy.ts';
import { oneShopperManyClicks } from './one-shopper-many-clicks.ts';
import { retryStorm } from './retry-storm.ts';
import type { Scenario } from './scenario.ts';
import { soak } from './soak.ts';
import { sockets } from './sockets.ts';
import { soldOut } from './sold-out.ts';

const inOrder = [
  ...[drop, soldOut, mixedBrowseAndBuy, oneShopperManyClicks],
  ...[retryStorm, manySales, sockets, soak],
];

/** Every scenario by name, in the order of the help text. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = Object.fromEntries(
  inOrder.map((scenario) => [scenario.name, scenario]),
);
