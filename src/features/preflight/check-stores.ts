import type {
  PostgresHealthBody,
  PreflightCheckBody,
  ProcessBody,
  RedisHealthBody,
} from '../../contracts/live-http.ts';

/** What the checks of the stores look at. */
export interface StoreFacts {
  redis: RedisHealthBody;
  postgres: PostgresHealthBody;
  processes: readonly ProcessBody[];
  /** Migrations that this version has and the database has not. */
  pendingMigrations: readonly string[];
  /** Connections that a process may open. */
  poolSize: number;
  /** How many of the sale may wait at once, and how many units it has. */
  maxInflight: number;
  units: number;
}

/**
 * What Redis needs for an attempt: 280 bytes when it is decided (docs/decisions/0017), and some 400 more while it is in flight
 * (its record, its place in line, its part of a job); twice that, because hashes grow by doubling.
 */
const BYTES_AN_ATTEMPT = 2 * 680;
/** A clock further off than that is one that nobody sets; the engine itself goes by the gate's, ms. */
const CLOCK_OFF_MS = 1_000;

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`;

const check = (id: string, ok: boolean, detail: string, advice: string): PreflightCheckBody => ({
  ...{ id, ok, detail },
  ...(ok ? {} : { advice }),
});

/** Judges whether the stores and the processes will bear a drop: one check each, in the order in which they are read. */
export function checkStores(facts: StoreFacts): PreflightCheckBody[] {
  return [
    checkClock(facts),
    checkMigrations(facts),
    checkDurability(facts),
    checkEviction(facts),
    checkMemory(facts),
    checkConnections(facts),
    checkCommit(facts),
  ];
}

function checkClock({ processes }: StoreFacts): PreflightCheckBody {
  const furthest = processes.reduce((most, { clockAheadMs }) => Math.max(most, Math.abs(clockAheadMs)), 0);
  return check(
    'clock',
    processes.length > 0 && furthest <= CLOCK_OFF_MS,
    processes.length === 0
      ? 'No process tells its time.'
      : `The clocks of ${processes.length} processes are within ${furthest} ms of the gate's.`,
    "Have the machines set their clocks (NTP). The sale goes by the gate's clock; logs and tokens of others do not.",
  );
}

function checkMigrations({ pendingMigrations }: StoreFacts): PreflightCheckBody {
  return check(
    'migrations',
    pendingMigrations.length === 0,
    pendingMigrations.length === 0
      ? 'The database has every migration of this version.'
      : `Not applied: ${pendingMigrations.join(', ')}.`,
    'Run `npm run migrate`.',
  );
}

function checkDurability({ redis }: StoreFacts): PreflightCheckBody {
  const { appendOnly, appendFsync, isWriteOk } = redis;
  const written = appendFsync === undefined ? '' : `, written to the disk: ${appendFsync}`;
  return check(
    'redis_durability',
    appendOnly && isWriteOk && appendFsync !== 'no',
    appendOnly
      ? `The append-only file is on${written}; its last write ${isWriteOk ? 'came through' : 'failed'}.`
      : 'The append-only file is off: what is accepted and not settled is lost with Redis.',
    'Set `appendonly yes` and `appendfsync everysec` (or `always`), and see that its disk has room.',
  );
}

function checkEviction({ redis: { evictionPolicy } }: StoreFacts): PreflightCheckBody {
  return check(
    'redis_eviction',
    evictionPolicy === 'noeviction',
    `When Redis is full: ${evictionPolicy}.`,
    'Set `maxmemory-policy noeviction`: any other throws away attempts and units when memory is short.',
  );
}

function checkMemory({ redis, maxInflight, units }: StoreFacts): PreflightCheckBody {
  const { usedBytes, maxBytes, machineBytes } = redis;
  const most = maxBytes > 0 ? maxBytes : machineBytes;
  const needed = Math.max(maxInflight, units) * BYTES_AN_ATTEMPT;
  const used = `${mebibytes(usedBytes)} used`;
  if (most === undefined) {
    const advice = 'Set `maxmemory`, so that what is left can be told.';
    return check(
      'redis_memory',
      false,
      `${used}; Redis tells neither its limit nor its machine's memory.`,
      advice,
    );
  }
  return check(
    'redis_memory',
    most - usedBytes >= needed,
    `${used} of ${mebibytes(most)}; ${Math.max(maxInflight, units)} attempts need up to ${mebibytes(needed)}.`,
    'Give Redis more memory, or lower `MAX_INFLIGHT`.',
  );
}

function checkConnections({ postgres, processes, poolSize }: StoreFacts): PreflightCheckBody {
  const { connections, ownConnections, mostConnections } = postgres;
  const others = Math.max(0, connections - ownConnections);
  const needed = processes.length * poolSize;
  return check(
    'postgres_connections',
    others + needed <= mostConnections,
    `${processes.length} processes may open ${needed} connections, others hold ${others}; at most ${mostConnections} are allowed.`,
    'Raise `max_connections`, run fewer processes, or put PgBouncer in between.',
  );
}

function checkCommit({ postgres: { synchronousCommit, fsync } }: StoreFacts): PreflightCheckBody {
  return check(
    'postgres_durability',
    synchronousCommit !== 'off' && fsync === 'on',
    `synchronous_commit is ${synchronousCommit}, fsync is ${fsync}.`,
    'Set both to `on`: an order that was told must survive the machine.',
  );
}
