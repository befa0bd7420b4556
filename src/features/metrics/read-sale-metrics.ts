import type { InvariantBody } from '../../contracts/http.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import { readLatencySamples, type LatencyKind } from '../../infrastructure/metrics/latency.ts';
import type { Family, Sample } from '../../infrastructure/metrics/prometheus-text.ts';
import { epochKeys, saleKeys, verdictsKey } from '../../infrastructure/redis/keys.ts';
import type { ReadThrough } from '../../infrastructure/redis/read-through.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { rejectedByCode } from '../stats/stats.service.ts';
import { listMeasuredStocks, type MeasuredStock } from './sale-metrics.repository.ts';

/** The promises are checked so often for all processes together: at 100,000 orders it takes PostgreSQL 0.4 s. */
const CHECKED_EVERY_SEC = 60;

export interface SaleMetricsDeps {
  db: Database;
  redis: Redis;
  readThrough: ReadThrough;
  checkInvariants: (saleId: string) => Promise<InvariantBody[]>;
}

/** What one sale adds to each family. */
type SaleSamples = Record<keyof typeof FAMILIES, Sample[]>;

const FAMILIES = {
  received: [
    'stampede_attempts_received_total',
    'counter',
    'Attempts that reached the gate, replays left out.',
  ],
  admitted: ['stampede_attempts_admitted_total', 'counter', 'Attempts that were promised units.'],
  outcomes: [
    'stampede_attempts_total',
    'counter',
    'Attempts by outcome: confirmed, or why not, by gate or settle.',
  ],
  units: ['stampede_stock_units', 'gauge', 'Units of a sale: sold, promised and not settled, remaining.'],
  inflight: ['stampede_attempts_in_flight', 'gauge', 'Attempts admitted and not announced.'],
  accept: ['stampede_accept_duration_seconds', 'histogram', 'From the request to the 202.'],
  settle: ['stampede_settle_duration_seconds', 'histogram', 'From admission to the decision in PostgreSQL.'],
  outcome: ['stampede_outcome_duration_seconds', 'histogram', "From the 202 to the shopper's socket."],
} as const;

/** @returns the figures of the sales that are open or were within the last hour */
export async function readSaleMetrics(deps: SaleMetricsDeps): Promise<Family[]> {
  const stocks = await listMeasuredStocks(deps.db);
  const sales = await Promise.all(stocks.map((stock) => readSale(deps, stock)));
  return Object.entries(FAMILIES).map(([key, [name, type, help]]): Family => {
    const samples = sales.flatMap((sale) => sale[key as keyof typeof FAMILIES]);
    return { name, type, help, samples };
  });
}

/** @returns the verdicts on the same sales' promises; apart from their figures, which shall not wait for a long check */
export async function readPromises(deps: SaleMetricsDeps): Promise<Family[]> {
  const samples = (await listMeasuredStocks(deps.db)).map(async ({ saleId }): Promise<Sample[]> => {
    const check = () => deps.checkInvariants(saleId);
    const verdicts = await deps.readThrough(verdictsKey(saleId), CHECKED_EVERY_SEC, check);
    return verdicts.map(({ id, ok }) => ({ labels: { sale_id: saleId, promise: id }, value: ok ? 0 : 1 }));
  });
  return [
    {
      name: 'stampede_promise_broken',
      help: 'Whether a promise is broken, 1 or 0; checked once a minute.',
      type: 'gauge',
      samples: (await Promise.all(samples)).flat(),
    },
  ];
}

async function readSale(
  { redis }: SaleMetricsDeps,
  { saleId, total, sold }: MeasuredStock,
): Promise<SaleSamples> {
  const sale = { sale_id: saleId };
  const latency = (kind: LatencyKind) => readLatencySamples(redis, saleId, kind, sale);
  const [counters, gate, accept, settle, outcome] = await Promise.all([
    redis.hgetall(saleKeys(saleId).counters),
    readGate(redis, saleId),
    ...([latency('accept'), latency('settle'), latency('outcome')] as const),
  ]);
  const remaining = gate.tokens ?? total - sold;
  const units = { sold, promised: Math.max(0, total - sold - remaining), remaining };
  const outcomes = { confirmed: Number(counters['confirmed'] ?? 0), ...rejectedByCode(counters) };
  return {
    received: [{ labels: sale, value: Number(counters['received'] ?? 0) }],
    admitted: [{ labels: sale, value: Number(counters['admitted'] ?? 0) }],
    outcomes: samplesBy('outcome', sale, outcomes),
    units: samplesBy('state', sale, units),
    inflight: [{ labels: sale, value: gate.inflight }],
    ...{ accept, settle, outcome },
  };
}

/** `tokens` is null without a gate; below zero, after an adoption, nothing is left either. */
async function readGate(redis: Redis, saleId: string): Promise<{ tokens: number | null; inflight: number }> {
  const epoch = Number((await redis.hget(saleKeys(saleId).gate, 'epoch')) ?? 0);
  const keys = epochKeys(saleId, epoch);
  const [tokens, inflight] = await Promise.all([redis.get(keys.tokens), redis.hlen(keys.inflight)]);
  return { tokens: tokens === null ? null : Math.max(0, Number(tokens)), inflight };
}

function samplesBy(
  name: string,
  labels: Readonly<Record<string, string>>,
  values: Readonly<Record<string, number>>,
): Sample[] {
  return Object.entries(values).map(([label, value]) => ({ labels: { ...labels, [name]: label }, value }));
}
