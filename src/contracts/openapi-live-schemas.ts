import { object, type JsonSchema } from './openapi-object.ts';

const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const time: JsonSchema = { type: 'string', format: 'date-time' };
const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const amount: JsonSchema = { type: 'number', minimum: 0 };
const flag: JsonSchema = { type: 'boolean' };
const second: JsonSchema = { ...count, description: 'Epoch seconds.' };
const percentiles: JsonSchema = {
  ...{ type: 'array', items: amount, minItems: 3, maxItems: 3 },
  description: 'p50, p95 and p99 of that time, ms.',
};
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

const EVENTS = [
  ...['operator', 'process_started', 'process_ended', 'gate_rebuilt', 'units_corrected'],
  ...['batches_enqueued_again', 'attempts_adopted', 'attempts_set_aside', 'jobs_set_aside'],
];

const saleSample = object({
  at: second,
  spanSec: count,
  ...{ total: count, sold: count, remaining: count },
  counts: {
    type: 'object',
    additionalProperties: count,
    description: 'received, confirmed, and refusals by code.',
  },
  latencyMs: object({ accept: percentiles, settle: percentiles, outcome: percentiles }, [
    ...['accept', 'settle', 'outcome'],
  ]),
});
const instanceSample = object(
  {
    at: second,
    ...{ jobs: count, oldestMs: amount, memoryBytes: count, loopLateMs: amount },
    cpu: { ...amount, description: 'Of all processes, in cores.' },
    ...{ redisMs: amount, postgresMs: amount },
  },
  ['redisMs', 'postgresMs'],
);
const event = object(
  {
    ...{ id: text, at: second, kind: { enum: EVENTS }, saleId: uuid },
    ...{ action: text, by: text, reason: text, count, process: text },
  },
  ['saleId', 'action', 'by', 'reason', 'count', 'process'],
);
const process = object({
  ...{ id: text, role: { enum: ['api', 'worker'] }, host: text, pid: count, startedAt: time },
  cpu: { ...amount, description: 'Share of a core.' },
  ...{ residentBytes: count, loopLateMs: amount, clockAheadMs: { type: 'number' }, ageMs: amount },
});
const redis = object(
  {
    ...{ latencyMs: amount, version: text, usedBytes: count, maxBytes: count, machineBytes: count },
    ...{ evictionPolicy: text, appendOnly: flag, appendFsync: text, isWriteOk: flag },
    ...{ commandsPerSec: count, clients: count },
  },
  ['machineBytes', 'appendFsync'],
);
const postgres = object({
  ...{ latencyMs: amount, version: text, connections: count, mostConnections: count, ownConnections: count },
  ...{ waitingForLock: count, longestTransactionMs: amount, synchronousCommit: text, fsync: text },
});

/** The bodies of contracts/live-http.ts, as JSON Schema. */
export const LIVE_SCHEMAS = {
  Live: object(
    {
      ...{ saleId: uuid, name: text, state: { enum: ['draft', 'active', 'paused', 'stopped'] } },
      ...{ startsAt: time, endsAt: time, perShopperLimit: count, version: count, serverTime: time },
      message: text,
      stats: { type: 'object', description: 'As `Stats`, without `series`.' },
      ...{ processes: list(process), redis, postgres },
      ...{ saleSamples: list(saleSample), instanceSamples: list(instanceSample), events: list(event) },
    },
    ['message', 'stats', 'processes', 'redis', 'postgres'],
  ),
  Preflight: object({
    ...{ saleId: uuid, checkedAt: time, ok: flag },
    checks: list(object({ id: text, ok: flag, detail: text, advice: text }, ['advice'])),
  }),
} as const satisfies Record<string, JsonSchema>;
