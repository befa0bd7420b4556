import { playMix } from '../lib/play-mix.ts';
import type { Scenario } from './scenario.ts';

export const mixedBrowseAndBuy: Scenario = {
  name: 'mixed-browse-and-buy',
  words: 'most look at the sale, some buy, buyers ask what came of it',
  defaults: { stock: 500, shoppers: 2_000, connections: 64, rate: 400, duration: 20, sales: 1 },
  play: playMix,
};
